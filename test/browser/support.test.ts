import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { createIdSource, systemNow } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Browser, Page } from 'playwright-core';
import { newKey, quoteAndPlace, valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import { chromiumPath, LAPTOP, launchChromium, NO_CHROMIUM, openPage } from './browser.ts';
import { assertLooksRight } from './looks-right.ts';

/** The pages of support, of one who has the role, and of an operator as the second person. */
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const platform = await servePlatform({
  sandbox: true,
  webFolder: join(import.meta.dirname, '..', '..', 'apps', 'web', 'dist'),
});
const { market } = platform;
const { slug } = valueOf(
  await platform.clientOf().call('getMarket', { params: { marketId: market.marketId } }),
);
const PASSWORD = 'a long password of theirs';
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;

let browser: Browser;
before(async () => {
  if (skip !== false) return;
  const passwordHash = await hashPassword(PASSWORD, { bytes: randomBytes });
  const ids = createIdSource(systemNow, 904);
  await platform.db.transaction((tx) =>
    insertUsers(
      tx,
      START,
      (['support', 'operator'] as const).map((role) => ({
        id: ids.next('usr'),
        name: role,
        email: `${role}@example.org`,
        passwordHash,
        grants: [{ role, marketId: market.marketId }],
      })),
    ),
  );
  browser = await launchChromium(executablePath!, { maps: false });
});
after(() => browser?.close());

test('an agent refunds what was missing, answers the shopper, and has no other page', { skip }, async () => {
  const order = await orderWithCase();
  await as('support', async (page) => {
    await page.locator('[data-testid=cases]').waitFor();
    assert.equal(await page.locator('header nav a').count(), 1);
    await looksRight(page, 'cases');
    await page.locator(`[data-testid=cases] a[href$="${order.id}"]`).click();
    await page.locator('[data-testid=case] blockquote', { hasText: 'no rice' }).waitFor();
    // The lines that the shopper complains of are chosen already.
    await page.locator('[data-testid=give] button[type=submit]').click();
    await page.locator('[data-testid=compensation][data-state=given]').waitFor();
    await page
      .locator('[data-testid=case] textarea')
      .first()
      .fill('We are sorry: the price of it is on its way back.');
    await looksRight(page, 'order');
    await page.locator('[data-testid=case] button[type=submit]').click();
    await page.locator('[data-testid=case][data-state=closed]').waitFor();
    await page.goto(`${platform.url}/ops/${slug}/finance`);
    await page.waitForURL(/\/support$/);
    await page.locator('[data-testid=cases]').waitFor({ state: 'detached' });
  });
});

test('what a policy leaves to two people waits, and the second one gives it', { skip }, async () => {
  const order = await orderWithCase();
  const operator = platform.clientOf(market.operator);
  const params = { marketId: market.marketId };
  const policy = valueOf(await operator.call('getSupportPolicy', { params }));
  const strict = { ...policy, fourEyesAboveMinor: 1, why: 'to see two people decide' };
  valueOf(await operator.call('setSupportPolicy', { params, body: strict }));
  await as('support', async (page) => {
    await page.goto(`${page.url()}/orders/${order.id}`);
    await page.locator('[data-testid=give] button[type=submit]').click();
    await page.locator('[data-testid=compensation][data-state=proposed]').waitFor();
    assert.equal(await page.locator('[data-testid=approve]').count(), 0);
    await looksRight(page, 'proposed');
  });
  await as('operator', async (page) => {
    await page.goto(`${page.url()}/proposals`);
    await page.locator('[data-testid=approve]').click();
    await page.locator('[data-testid=approve-confirm]').click();
    await page.locator('[data-testid=compensation]').waitFor({ state: 'detached' });
    await looksRight(page, 'none-proposed');
    await page.goto(`${page.url().replace('/proposals', '')}/orders/${order.id}`);
    await page.locator('[data-testid=compensation][data-state=given]').waitFor();
  });
});

/** Signs in, plays, and ends by finding no complaint of the page. */
async function as(role: 'support' | 'operator', play: (page: Page) => Promise<void>): Promise<void> {
  const { context, page, complaints } = await openPage(
    browser,
    LAPTOP,
    role === 'support' ? 'dark' : 'light',
  );
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    // An operator would be led to the live map; one of support alone is led on from it.
    await page.goto(`${platform.url}/sign-in?next=/ops${role === 'operator' ? `/${slug}/support` : ''}`);
    await page.locator('input[name=email]').fill(`${role}@example.org`);
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('button[type=submit]').click();
    await page.waitForURL(({ pathname }) => pathname.endsWith('/support'));
    await play(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** A delivered order whose shopper says that something was missing. */
async function orderWithCase(): Promise<Order> {
  const shopper = platform.clientOf(market.shoppers[0]);
  const order = await quoteAndPlace(shopper, market);
  const params = { marketId: market.marketId, orderId: order.id };
  const delivered = await platform
    .clientOf(market.operator)
    .call('advanceSandboxOrder', { params, body: { to: 'delivered' }, idempotencyKey: newKey() });
  valueOf(
    await shopper.call('openCase', {
      params,
      body: { kind: 'missing_item', lines: [0], text: 'There was no rice in the bag.' },
      idempotencyKey: newKey(),
    }),
  );
  return valueOf(delivered);
}

function looksRight(page: Page, name: string): Promise<void> {
  return assertLooksRight(page, `support-${name}`);
}
