import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { createIdSource, systemNow } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Browser, Page } from 'playwright-core';
import { newKey, quoteAndPlace, valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import { seriousFindings } from './axe.ts';
import { chromiumPath, LAPTOP, launchChromium, NO_CHROMIUM, openPage, TABLET } from './browser.ts';

/**
 * The merchant's pages, over a platform whose shoppers this file plays.
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
const screenshots = process.env['HALFHOUR_TEST_SCREENSHOTS'];
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
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
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
  browser = await launchChromium(executablePath!);
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

/** Opens the merchant's pages signed in, and ends by finding no complaint of the page. */
async function asOwner(
  size: typeof LAPTOP | typeof TABLET,
  play: (page: Page) => Promise<void>,
): Promise<void> {
  const { context, page, complaints } = await openPage(browser, size);
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await page.goto(`${platform.url}/merchant`);
    await page.locator('input[name=email]').fill(owner.email);
    await page.locator('input[name=password]').fill(owner.password);
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/merchant$/);
    await page.getByRole('link', { name: /^Kitchen/ }).click();
    await page.waitForURL(/\/orders$/);
    await play(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
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

/** Nothing serious for axe-core, and nothing wider than the page. */
async function looksRight(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) {
    await page.screenshot({ path: join(screenshots, `merchant-${name}.png`) });
  }
  assert.deepEqual(await seriousFindings(page), [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(Number(wider) <= 0, `${name} scrolls sideways`);
}
