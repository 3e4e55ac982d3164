import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Order } from '@halfhour/contract';
import type { Browser, Page } from 'playwright-core';
import { DOOR } from '../acceptance/city-market.ts';
import { goOnShift, newKey, routeFromStream, valueOf } from '../acceptance/order-steps.ts';
import { servePlatform } from '../acceptance/platform.ts';
import { chromiumPath, launchChromium, NO_CHROMIUM, openPage, PHONE } from './browser.ts';
import { assertLooksRight } from './looks-right.ts';

/**
 * The shop on a phone, over a platform whose stores and couriers this file plays itself.
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const platform = await servePlatform({
  riceOnHand: 5,
  webFolder: join(import.meta.dirname, '..', '..', 'apps', 'web', 'dist'),
});
const { market } = platform;
const inMarket = { marketId: market.marketId };
const { slug } = valueOf(await platform.clientOf().call('getMarket', { params: inMarket }));
const shop = `${platform.url}/shop/${slug}`;
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;

let browser: Browser;
before(async () => {
  if (skip !== false) return;
  browser = await launchChromium(executablePath!);
});
after(() => browser?.close());

test(
  'a shopper goes from an address to a paid order, and sees it prepared, carried and handed over',
  { skip },
  async () => {
    const courier = await goOnShift(platform, 0);
    await onPhone(async (page) => {
      await page.goto(shop);
      await page.waitForURL(/\/address$/);
      await looksRight(page, 'address');
      await page.locator('input[name=address]').fill('Street');
      await page.locator('[data-testid=places] button').first().click();

      await page.locator(`[data-testid=store-card][data-id=${market.kitchenId}][data-state=open]`).waitFor();
      await page
        .locator(`[data-testid=store-card][data-id=${market.pharmacyId}][data-state=closed]`)
        .waitFor();
      await looksRight(page, 'home');

      await page.locator(`[data-id=${market.kitchenId}]`).click();
      await page.locator(`[data-id=${market.pizza.offerId}]`).click();
      await page.locator('dialog input[value=large]').check();
      await page.locator('dialog').getByRole('button', { name: /^More/ }).click();
      await looksRight(page, 'article');
      await page.locator('[data-testid=add-to-basket]').click();
      await looksRight(page, 'store');
      await page.locator('[data-testid=to-checkout]').click();
      await page.getByRole('button', { name: '10%' }).click();
      await page.locator('input[name=note]').fill('Second floor');
      await page.locator('input[name=note]').blur();
      await page.locator('[data-testid=promise]').waitFor();
      await looksRight(page, 'checkout');

      await page.locator('[data-testid=sign-in-to-order]').click();
      await signUp(page);
      await page.waitForURL(/\/checkout\?tip=10$/);
      const total = await page.locator('[data-testid=total]').innerText();
      await page.locator('[data-testid=place-order]').click();

      await page.locator('[data-testid=order][data-state=placed][data-live=true]').waitFor();
      assert.equal(await page.locator('[data-testid=total]').innerText(), total);
      const code = await page.locator('[data-testid=delivery-code]').innerText();
      await looksRight(page, 'order-placed');
      const order = await orderOf(page);
      assert.equal(order.address.note, 'Second floor');
      assert.equal(order.lines[0]!.quantity, 2);
      assert.equal(order.tipMinor, 260);

      const params = { ...inMarket, orderId: order.id };
      const merchant = platform.clientOf(market.merchants[0]);
      valueOf(await merchant.call('acceptOrder', { params, body: {}, idempotencyKey: newKey() }));
      await page.locator('[data-testid=order][data-state=accepted]').waitFor();
      valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
      await page.locator('[data-testid=order][data-state=ready]').waitFor();

      const route = await routeFromStream(platform, courier, 0, [order]);
      for (const { number, kind } of route.stops) {
        const stop = { ...inMarket, routeId: route.id, stopNumber: number };
        valueOf(await courier.call('arriveAtStop', { params: stop, body: {}, idempotencyKey: newKey() }));
        if (kind === 'dropoff') {
          await page.locator('[data-testid=order][data-state=picked_up]').waitFor();
          await seesTheCourierMove(page);
          await looksRight(page, 'order-riding');
        }
        const body = kind === 'dropoff' ? { code } : {};
        valueOf(await courier.call('completeStop', { params: stop, body, idempotencyKey: newKey() }));
      }
      await page.locator('[data-testid=order][data-state=delivered]').waitFor();
      await looksRight(page, 'order-delivered');

      await page.goto(`${shop}/orders`);
      await page.locator(`[data-testid=past-order][data-id=${order.id}]`).waitFor();
      await looksRight(page, 'orders');
      await page.locator('[data-testid=reorder]').click();
      await page.locator('[data-testid=place-order]:enabled').click();
      await page.locator('[data-testid=order][data-state=placed]').waitFor();
      assert.equal((await orderOf(page)).lines[0]!.options[0]!.optionId, 'large');

      await page.goto(`${shop}/account`);
      await page.locator('[data-testid=shopper-name]').waitFor();
      await page.locator('select[name=language]').selectOption('zh');
      await page.locator('nav', { hasText: '订单' }).waitFor();
      await looksRight(page, 'account-zh');
    });
  },
);

test('a declined payment charges nothing and keeps the basket, and another way pays', { skip }, async () => {
  await onPhone(async (page) => {
    await withRice(page, 2);
    await page.locator('[data-testid=sign-in-to-order]').click();
    await signUp(page);
    await page.locator('input[value=test_decline]').check();
    await page.locator('[data-testid=place-order]:enabled').click();
    await page.locator('[data-testid=refusal]').waitFor();
    assert.match(page.url(), /\/checkout/);
    assert.equal(await page.locator('[data-testid=basket-line]').count(), 1);
    await looksRight(page, 'declined');

    await page.locator('input[value=test_challenge]').check();
    await page.locator('[data-testid=place-order]:enabled').click();
    await page.locator('[data-testid=challenge-approve]').waitFor();
    await looksRight(page, 'challenge');
    await page.locator('[data-testid=challenge-approve]').click();
    await page.locator('[data-testid=order][data-state=placed]').waitFor();

    await page.locator('[data-testid=cancel-order]').click();
    await looksRight(page, 'cancel');
    await page.locator('[data-testid=confirm-cancel]').click();
    await page.locator('[data-testid=order][data-state=cancelled] [data-testid=ending]').waitFor();
  });
});

test(
  'what sells out between basket and payment is told by its line, and the rest can be ordered',
  { skip },
  async () => {
    const merchant = platform.clientOf(market.merchants[0]);
    const params = { ...inMarket, storeId: market.shopId, articleId: market.rice.articleId };
    const onHand = (count: number) => merchant.call('setStock', { params, body: { onHand: count } });
    await onPhone(async (page) => {
      await withRice(page, 4);
      await page.locator('[data-testid=sign-in-to-order]').click();
      await signUp(page);
      await page.locator('[data-testid=place-order]:enabled').waitFor();
      valueOf(await onHand(2));
      await page.locator('[data-testid=place-order]').click();
      const problem = page.locator('[data-testid=line-problem]');
      await problem.waitFor();
      await looksRight(page, 'sold-out');
      await problem.locator('button').click();
      await problem.waitFor({ state: 'detached' });
      await page.locator('[data-testid=place-order]:enabled').click();
      await page.locator('[data-testid=order][data-state=placed]').waitFor();
      assert.equal((await orderOf(page)).lines[0]!.quantity, 2);
    });
    valueOf(await onHand(5));
  },
);

test('a price that rises before the payment is shown, and paid only when it was seen', { skip }, async () => {
  const merchant = platform.clientOf(market.merchants[0]);
  const params = { ...inMarket, storeId: market.shopId, offerId: market.rice.offerId };
  const price = (priceMinor: number) => merchant.call('updateOffer', { params, body: { priceMinor } });
  await onPhone(async (page) => {
    await withRice(page, 2);
    await page.locator('[data-testid=sign-in-to-order]').click();
    await signUp(page);
    await page.locator('[data-testid=place-order]:enabled').waitFor();
    const before = await page.locator('[data-testid=total]').innerText();
    valueOf(await price(700));
    await page.locator('[data-testid=place-order]').click();
    await page.locator('[data-testid=refusal]', { hasText: before }).waitFor();
    const now = await page.locator('[data-testid=total]').innerText();
    assert.notEqual(now, before);
    await page.locator('[data-testid=place-order]:enabled').click();
    await page.locator('[data-testid=order][data-state=placed]').waitFor();
    assert.equal(await page.locator('[data-testid=total]').innerText(), now);
  });
  valueOf(await price(600));
});

test('the shop opens without a connection, and says that it has none', { skip }, async () => {
  await onPhone(async (page) => {
    await page.goto(shop);
    await page.waitForURL(/\/address$/);
    await page.locator('html[data-kept=true]').waitFor();
    await page.context().setOffline(true);
    await page.reload();
    await page.locator('[role=alert]', { hasText: 'cannot be reached' }).waitFor();
    await looksRight(page, 'offline');
    await page.context().setOffline(false);
    await page.locator('[role=alert] button').click();
    await page.locator('input[name=address]').waitFor();
  });
});

/** Opens the shop on a phone, and ends by finding no complaint of the page. */
async function onPhone(play: (page: Page) => Promise<void>): Promise<void> {
  const { context, page, complaints } = await openPage(browser, PHONE);
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await play(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** With an address and so many bags of rice, at the checkout. */
async function withRice(page: Page, count: number): Promise<void> {
  await page.goto(shop);
  await page.waitForURL(/\/address$/);
  await page.evaluate(
    ([key, door]) => localStorage.setItem(key!, door!),
    [`halfhour.shop.${slug}.door`, JSON.stringify(DOOR)],
  );
  await page.goto(`${shop}/stores/${market.shopId}`);
  await page.locator(`[data-id=${market.rice.offerId}]`).click();
  for (let more = 1; more < count; more++) {
    await page.locator('dialog').getByRole('button', { name: /^More/ }).click();
  }
  await page.locator('[data-testid=add-to-basket]').click();
  await page.locator('[data-testid=to-checkout]').click();
  await page.locator('[data-testid=total]').waitFor();
}

let people = 0;
async function signUp(page: Page): Promise<void> {
  await page.locator('[data-testid=other-way]').click();
  await page.locator('input[name=name]').fill('Lucía');
  await page.locator('input[name=email]').fill(`lucia-${people++}@example.org`);
  await page.locator('input[name=password]').fill('a long password');
  await looksRight(page, 'sign-up');
  await page.locator('button[type=submit]').click();
}

/** The order that the page shows, as the operator reads it. */
async function orderOf(page: Page): Promise<Order> {
  const orderId = new URL(page.url()).pathname.split('/').at(-1) as Order['id'];
  const params = { ...inMarket, orderId };
  return valueOf(await platform.clientOf(market.operator).call('getOrder', { params }));
}

/** Reports the courier somewhere, and somewhere else, until the mark on the map has gone along. */
async function seesTheCourierMove(page: Page): Promise<void> {
  const courier = platform.clientOf(market.couriers[0]);
  const params = { ...inMarket, courierId: market.courierIds[0]! };
  // A point counts where it is newer than the last one, so that time has to go by.
  platform.clock.setSpeed(1);
  try {
    for (const lat of [40.003, 40.004]) {
      valueOf(await courier.call('reportPosition', { params, body: { lat, lng: 20.002 } }));
      await page.locator(`[data-testid=mark-courier][data-at="${lat},20.002"]`).waitFor();
    }
  } finally {
    platform.clock.setSpeed(0);
  }
}

function looksRight(page: Page, name: string): Promise<void> {
  return assertLooksRight(page, `shop-${name}`);
}
