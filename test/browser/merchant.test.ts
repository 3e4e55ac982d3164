import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Offer, Order, Store } from '@halfhour/contract';
import { createIdSource, systemNow } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Browser, Page } from 'playwright-core';
import { newKey, quoteAndPlace, valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import {
  chromiumPath,
  LAPTOP,
  launchChromium,
  NO_CHROMIUM,
  type OpenedPage,
  openPage,
  TABLET,
} from './browser.ts';
import { assertLooksRight } from './looks-right.ts';

/**
 * The merchant's pages, over a platform whose shoppers this file plays.
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const platform = await servePlatform({
  sandbox: true,
  webFolder: join(import.meta.dirname, '..', '..', 'apps', 'web', 'dist'),
});
const { market } = platform;
const owner = { email: 'rosa@example.org', password: 'a long password of Rosa' };
const shopper = platform.clientOf(market.shoppers[0]);
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;

let browser: Browser;
before(async () => {
  if (skip !== false) return;
  const passwordHash = await hashPassword(owner.password, { bytes: randomBytes });
  await platform.db.transaction((tx) =>
    insertUsers(tx, START, [
      {
        id: createIdSource(systemNow, 904).next('usr'),
        name: 'Rosa',
        email: owner.email,
        passwordHash,
        grants: [{ role: 'merchant', marketId: market.marketId, merchantId: market.merchantIds[0] }],
      },
    ]),
  );
  browser = await launchChromium(executablePath!, { maps: false });
});
after(() => browser?.close());

test(
  'an order arrives on the board, is accepted, marked ready and leaves with the courier',
  { skip },
  async () => {
    await asOwner(TABLET, async (page) => {
      const board = page.locator('[data-testid=board]');
      await board.waitFor();
      await looksRight(page, 'board-empty');
      const order = await quoteAndPlace(shopper, market);
      const card = page.locator(`[data-testid=column-new] [data-id=${order.id}]`);
      await card.waitFor();
      await page.locator('[data-testid=board]:not([data-rings="0"])').waitFor();
      await looksRight(page, 'board-new');
      await card.locator('[data-testid=accept]').click();
      const preparing = page.locator(`[data-testid=column-preparing] [data-id=${order.id}]`);
      await preparing.waitFor();
      await preparing.locator('[data-testid=ready]').click();
      await page.locator(`[data-testid=column-ready] [data-id=${order.id}]`).waitFor();
      await advance(order, 'picked_up');
      await page.locator(`[data-testid=column-courier] [data-id=${order.id}]`).waitFor();
      await looksRight(page, 'board-courier');
      await advance(order, 'delivered');
      await page.locator(`[data-id=${order.id}]`).waitFor({ state: 'detached' });
    });
  },
);

test('an article is marked sold out from an order, and shoppers cannot order it', { skip }, async () => {
  const order = await quoteAndPlace(shopper, market);
  await asOwner(LAPTOP, async (page) => {
    await page.locator(`[data-id=${order.id}] [data-testid=accept]`).waitFor();
    await page.goto(`${page.url()}?order=${order.id}`);
    await page.locator('[data-testid=order-details]').waitFor();
    await looksRight(page, 'order');
    await page.locator('[data-testid=line-actions]').click();
    await page.locator('[data-testid=line-sold-out]').click();
    await page.locator('[data-testid=is-sold-out]').waitFor();
    const refused = await shopper.call('createQuote', {
      params: { marketId: market.marketId },
      body: { storeId: market.kitchenId, lines: order.lines.map(lineOf), address: order.address },
    });
    assert.ok(!refused.ok, 'a quote of what is sold out');

    await advance(order, 'cancelled');
    await page.locator('[data-testid=order-details][data-state=cancelled]').waitFor();
    await looksRight(page, 'order-cancelled');
  });
  valueOf(
    await platform.clientOf(market.merchants[0]).call('updateOffer', {
      params: { marketId: market.marketId, storeId: market.kitchenId, offerId: market.pizza.offerId },
      body: { available: true },
    }),
  );
});

test('an order is cancelled with a reason, which stands in its history', { skip }, async () => {
  const order = await quoteAndPlace(shopper, market);
  await asOwner(LAPTOP, async (page) => {
    await page.locator(`[data-id=${order.id}] [data-testid=accept]`).waitFor();
    await page.goto(`${page.url()}?order=${order.id}`);
    await page.locator('[data-testid=cancel]').click();
    await page.getByText('Too much to do').click();
    await looksRight(page, 'cancel');
    await page.locator('[data-testid=cancel-confirm]').click();
    await page.locator('[data-testid=order-details][data-state=cancelled]').waitFor();
  });
  const timeline = valueOf(
    await shopper.call('getOrderTimeline', { params: { marketId: market.marketId, orderId: order.id } }),
  );
  assert.ok(JSON.stringify(timeline).includes('Too much to do'));
});

test(
  'a price is changed where it stands, a new article is sold, and the store pauses',
  { skip },
  async () => {
    await asOwner(TABLET, async (page, base) => {
      await page.goto(`${base}/catalogue`);
      const row = page.locator(`[data-testid=offer][data-id=${market.pizza.offerId}]`);
      await row.waitFor();
      await looksRight(page, 'catalogue');
      await row.getByLabel('Price of Pizza').fill('10.50');
      await page.keyboard.press('Enter');
      await eventually(
        async () => (await offersOf()).find(({ id }) => id === market.pizza.offerId)?.priceMinor === 1_050,
      );

      await page.locator('[data-testid=new-offer]').click();
      const form = page.locator('[role=dialog]');
      await form.getByLabel('Name in English').fill('Lemonade');
      await form.getByLabel('Category').fill('Drinks');
      await form.getByLabel('Price').fill('3');
      await form.getByText('Add options').click();
      await form.getByLabel('What is chosen').fill('Size');
      await form.getByLabel('Choice 1').first().fill('Half a litre');
      await looksRight(page, 'new-offer');
      await form.locator('button[type=submit]').click();
      await page.locator('[data-testid=offer]', { hasText: 'Lemonade' }).waitFor();

      await page.locator('[data-testid=store-status]').getByText('Paused').click();
      await eventually(async () => (await kitchen()).status === 'paused');
      await page.locator('[data-testid=store-status]').getByText('Open').click();
      await eventually(async () => (await kitchen()).status === 'open');
    });
  },
);

test(
  'a CSV says row by row what it would do before it does it, and does nothing twice',
  { skip },
  async () => {
    const before = await offersOf();
    const pizza = before.find(({ id }) => id === market.pizza.offerId)!;
    const csv = [
      'offer_id,name_en,category,price,available,on_hand',
      `${pizza.id},${pizza.names.en},${pizza.category},11.25,yes,`,
      ',Tea,Drinks,2.50,yes,12',
      ',Coffee,Drinks,much,yes,',
      'off_0000000000000,Cake,Drinks,2,yes,',
    ].join('\n');
    await asOwner(LAPTOP, async (page, base) => {
      const choose = async (): Promise<void> => {
        await page.locator('input[type=file]').setInputFiles({
          name: 'catalogue.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(csv),
        });
        await page.locator('[data-testid=import-sums]').waitFor();
      };
      await page.goto(`${base}/catalogue/import`);
      await choose();
      const errors = page.locator('[data-testid=import-rows] [data-kind=error]');
      assert.equal(await errors.count(), 2);
      assert.match(await errors.nth(0).innerText(), /price: a number/);
      assert.match(await errors.nth(1).innerText(), /no such offer/);
      await looksRight(page, 'import');
      assert.deepEqual(await offersOf(), before, 'a dry run');
      await page.locator('[data-testid=import]').click();
      await page.getByText('2 of 2 done').waitFor();
      const after = await offersOf();
      assert.equal(after.find(({ id }) => id === pizza.id)?.priceMinor, 1_125);
      assert.equal(after.find(({ names }) => names.en === 'Tea')?.inStock, 12);
      await page.reload();
      await choose();
      assert.match(await page.locator('[data-testid=import-sums]').innerText(), /New: 0/);
      assert.equal((await offersOf()).length, before.length + 1);
    });
  },
);

test('sales are seen by day, and a payout down to its orders', { skip }, async () => {
  const order = await quoteAndPlace(shopper, market);
  await advance(order, 'delivered');
  const operator = platform.clientOf(market.operator);
  const { marketId } = market;
  await asOwner(LAPTOP, async (page, base) => {
    await page.goto(`${base}/money`);
    await page.locator(`[data-testid=entries] a[title=${order.id}]`).waitFor();
    await page.locator('[data-testid=earnings] tbody tr').first().waitFor();
    await looksRight(page, 'money');
    await page.goto(`${base}/money/payouts`);
    await page.getByText('Nothing was settled yet').waitFor();

    await letTimePass();
    valueOf(
      await operator.call('setMerchantBankAccount', {
        params: { marketId, merchantId: market.merchantIds[0] },
        body: { holder: 'Merchant 1', iban: 'DE89370400440532013000' },
      }),
    );
    const run = valueOf(
      await operator.call('startSettlementRun', {
        params: { marketId },
        body: { payees: 'merchants' },
        idempotencyKey: newKey(),
      }),
    );
    const approval = { params: { marketId, runId: run.id }, body: {}, idempotencyKey: newKey() };
    valueOf(await operator.call('approveSettlementRun', approval));
    await page.reload();
    await page.locator('[data-testid=payouts] a').first().click();
    await page.locator(`[data-testid=payout-lines] a[title=${order.id}]`).waitFor();
    await looksRight(page, 'payout');
    await page.goto(`${base}/money/invoices`);
    await page.locator('[data-testid=invoices] tbody tr').first().waitFor();
    await looksRight(page, 'invoices');
  });
});

test('the pages speak Chinese, in the dark', { skip }, async () => {
  const order = await quoteAndPlace(shopper, market);
  await asOwner(TABLET, async (page, base) => {
    await page.locator('[data-testid=preferences]').click();
    const choices = page.locator('[popover] select');
    await choices.nth(0).selectOption('zh');
    await page.locator('h2', { hasText: '订单' }).waitFor();
    await page.locator('[data-testid=preferences]').click();
    await choices.nth(1).selectOption('dark');
    await page.keyboard.press('Escape');
    await page.locator(`[data-id=${order.id}]`).waitFor();
    await looksRight(page, 'board-zh');
    for (const [path, title] of [
      ['catalogue', '商品'],
      ['money', '资金'],
    ]) {
      await page.goto(`${base}/${path}`);
      await page.locator('h2', { hasText: title! }).waitFor();
      await page.locator('table').first().waitFor();
      await looksRight(page, `${path}-zh`);
    }
  });
});

let signedIn: (OpenedPage & { readonly base: string }) | undefined;

/** The board of the kitchen for its owner, who signs in once; it ends by finding no complaint of any page so far. */
async function asOwner(
  size: typeof LAPTOP | typeof TABLET,
  play: (page: Page, base: string) => Promise<void>,
): Promise<void> {
  signedIn ??= await signIn();
  const { context, base, complaints } = signedIn;
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewportSize(size);
  try {
    await page.goto(`${base}/orders`);
    await play(page, base);
    assert.deepEqual(complaints, []);
  } finally {
    await page.close();
  }
}

async function signIn(): Promise<OpenedPage & { readonly base: string }> {
  const opened = await openPage(browser, TABLET);
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${platform.url}/merchant`);
  await page.locator('input[name=email]').fill(owner.email);
  await page.locator('input[name=password]').fill(owner.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/merchant$/);
  await page.getByRole('link', { name: /^Kitchen/ }).click();
  await page.waitForURL(/\/orders$/);
  const base = page.url().replace(/\/orders$/, '');
  await page.close();
  return { ...opened, base };
}

/** What was posted before a moment is settled by a run at that moment: the clock, which stands still, goes on a little. */
async function letTimePass(): Promise<void> {
  const { clock } = platform;
  const before = clock.now();
  clock.setSpeed(60);
  while (clock.now() === before) await setImmediate();
  clock.setSpeed(0);
}

const inKitchen = { marketId: market.marketId, storeId: market.kitchenId };

async function offersOf(): Promise<Offer[]> {
  return valueOf(await shopper.call('listOffers', { params: inKitchen, query: { limit: 200 } })).items;
}

async function kitchen(): Promise<Store> {
  return valueOf(await shopper.call('getStore', { params: inKitchen }));
}

/** Asks until it is so; what a page sends has no other sign here. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const until = AbortSignal.timeout(PATIENCE_MS);
  while (!(await isSo())) until.throwIfAborted();
}

async function advance(order: Order, to: 'picked_up' | 'delivered' | 'cancelled'): Promise<void> {
  const params = { marketId: market.marketId, orderId: order.id };
  const body = { to, ...(to === 'cancelled' ? { reason: 'shopper' as const } : {}) };
  const operator = platform.clientOf(market.operator);
  valueOf(await operator.call('advanceSandboxOrder', { params, body, idempotencyKey: newKey() }));
}

/** A line of an order as a basket has it. */
function lineOf({ offerId, quantity, options }: Order['lines'][number]) {
  return { offerId, quantity, options: options.map(({ groupId, optionId }) => ({ groupId, optionId })) };
}

function looksRight(page: Page, name: string): Promise<void> {
  return assertLooksRight(page, `merchant-${name}`);
}
