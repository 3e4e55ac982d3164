import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Order } from '@halfhour/contract';
import { createIdSource, idFromKey, keyOf, systemNow, toRfc3339 } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Browser, Page } from 'playwright-core';
import { newKey, quoteAndPlace, valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import { chromiumPath, LAPTOP, launchChromium, NO_CHROMIUM, type OpenedPage, openPage } from './browser.ts';
import { assertLooksRight } from './looks-right.ts';

/**
 * The finance pages of the operator, over a platform whose orders this file drives itself.
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
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
const operator = { email: 'ana@example.org', password: 'a long password of Ana' };
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;

let browser: Browser;
before(async () => {
  if (skip !== false) return;
  const passwordHash = await hashPassword(operator.password, { bytes: randomBytes });
  await platform.db.transaction((tx) =>
    insertUsers(tx, START, [
      {
        id: createIdSource(systemNow, 903).next('usr'),
        name: 'Ana',
        email: operator.email,
        passwordHash,
        grants: [{ role: 'operator', marketId: market.marketId }],
      },
    ]),
  );
  browser = await launchChromium(executablePath!, { maps: false });
});
after(() => browser?.close());

test('an operator finds the postings of an order, and sees that they balance', { skip }, async () => {
  const order = await deliveredOrder();
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/ledger/transactions`);
    await page.locator(`[data-testid=transaction][data-kind=sale] a[title=${order.id}]`).waitFor();
    await looksRight(page, 'journal');

    await page.locator('[data-testid=ledger-search]').fill(order.id);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${finance}/ledger/orders/${order.id}`);
    await page.locator('[data-testid=order-remains]').waitFor();
    await page.locator('[data-testid=transaction]').first().waitFor();
    for (const transaction of await page.locator('[data-testid=transaction]').all()) {
      const debit = await transaction.locator('[data-testid=debit-sum]').innerText();
      assert.match(debit, /[1-9]/);
      assert.equal(await transaction.locator('[data-testid=credit-sum]').innerText(), debit);
    }
    assert.equal(await page.locator('[data-testid=balanced]').innerText(), 'Balanced');
    await looksRight(page, 'order');

    await page.goto(`${finance}/ledger`);
    await page.locator('[data-testid=chart]').waitFor();
    assert.equal(await page.locator('[data-testid=balanced]').innerText(), 'Balanced');
  });
});

test('an operator resolves a difference with a provider, with a reason', { skip }, async () => {
  const order = await deliveredOrder();
  const exceptionId = idFromKey('exc', 1n);
  await platform.db.query(
    `insert into payments.exception
       (market_id, exception_id, kind, subject, provider, order_id, ours_minor, theirs_minor, detail, found_at, seen_at)
     values ($1, $2, 'amount_differs', 'browser', 'test', $3, $4, $5, 'The provider has captured another amount.', $6, $6)`,
    [
      keyOf(market.marketId),
      keyOf(exceptionId),
      keyOf(order.id),
      order.totalMinor,
      order.totalMinor - 500,
      toRfc3339(START),
    ],
  );
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/reconciliation/attention`);
    await page.locator('[data-testid=attention] [data-kind=exception] a').first().waitFor();
    await looksRight(page, 'attention');

    await page.goto(`${finance}/reconciliation`);
    await page.locator(`[data-testid=exceptions] [data-id=${exceptionId}] button`).click();
    const dialog = page.locator('[role=dialog]');
    await dialog.locator('textarea').fill('The shop took five euros in cash; see its note.');
    await looksRight(page, 'exception');
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('[data-testid=resolved]').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(`${finance}/reconciliation`);

    await page.goto(`${finance}/reconciliation/resolved`);
    await page.locator(`[data-testid=exceptions] [data-id=${exceptionId}]`).waitFor();
    await looksRight(page, 'resolved');
  });
});

test(
  'an operator reads the statement of an account, and the trial balance of a moment',
  { skip },
  async () => {
    const order = await deliveredOrder();
    await asOperator(async (page, finance) => {
      await page.goto(`${finance}/ledger`);
      await page.locator('[data-testid=chart] a', { hasText: 'Commission' }).click();
      await page.locator(`[data-testid=statement] a[title=${order.id}]`).waitFor();
      await looksRight(page, 'statement');
      await page.goto(`${finance}/ledger/trial-balance`);
      await page.locator('[data-testid=trial-balance]').waitFor();
      assert.equal(await page.locator('[data-testid=balanced]').innerText(), 'Balanced');
      await looksRight(page, 'trial-balance');
    });
  },
);

test('an operator makes a tariff after looking at its effect on last week', { skip }, async () => {
  await deliveredOrder();
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/tariffs`);
    await page.locator('[data-testid=tariffs] [data-state=in_force]').waitFor();
    await page.locator('[data-testid=new-tariff]').click();
    await page.locator('fieldset', { hasText: 'Delivery fee' }).getByLabel('Base').first().fill('99');
    await page.locator('[data-testid=preview]').click();
    const shoppers = page.locator('[data-testid=preview-result] [data-sum=shoppersPayMinor] td').last();
    assert.match(await shoppers.innerText(), /^[+-]/);
    await looksRight(page, 'new-tariff');
    await page.locator('[data-testid=create-tariff]').click();
    await page.locator('[data-testid=tariffs] [data-state=future]').waitFor();
    await looksRight(page, 'tariffs');
  });
});

test('an operator settles with stores, from the run to its payouts', { skip }, async () => {
  const order = await deliveredOrder();
  await letTimePass();
  const params = { marketId: market.marketId, merchantId: market.merchantIds[0] };
  valueOf(
    await platform.clientOf(market.operator).call('setMerchantBankAccount', {
      params,
      body: { holder: 'Merchant 1', iban: 'DE89370400440532013000' },
    }),
  );
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/settlements`);
    await page.locator('[data-testid=settle-merchants]').click();
    await page.waitForURL(/\/settlements\/srn_/);
    const run = page.url();
    await page.locator('[data-testid=settlements] a').first().click();
    await page.locator(`[data-testid=settlement-lines] a[title=${order.id}]`).waitFor();
    await looksRight(page, 'settlement');
    await page.goto(run);
    await page.locator('[data-testid=approve]').click();
    await page.locator('[data-testid=approve-confirm]').click();
    await page.locator('[data-testid=payouts] [data-id]').first().waitFor();
    await looksRight(page, 'run');
    await page.goto(`${finance}/settlements`);
    await page.locator('[data-testid=runs] [data-state=approved]').waitFor();

    await page.goto(`${finance}/invoices`);
    await page.locator('[data-testid=invoices] [data-id]').first().waitFor();
    await looksRight(page, 'invoices');
    for (const format of ['pdf', 'csv']) {
      const link = page.locator(`[data-testid=document-${format}]`).first();
      const saved = page.waitForEvent('download');
      await link.click();
      assert.match((await saved).suggestedFilename(), new RegExp(`^INV-\\d{4}-000001\\.${format}$`));
    }
    // There is nothing more to settle: the run ends by itself, and says so.
    await page.goto(`${finance}/settlements`);
    await page.locator('[data-testid=settle-merchants]').click();
    await page.waitForURL(/\/settlements\/srn_/);
    await page.getByText('ended by itself').waitFor();
  });
});

test('an operator corrects the books and closes a period', { skip }, async () => {
  await deliveredOrder();
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/periods`);
    const form = page.locator('[data-testid=correction]');
    const amounts = form.getByLabel(/^Amount/);
    await form.getByLabel('Account 1').fill('platform:losses');
    await amounts.nth(0).fill('1.50');
    await form.getByLabel('Account 2').fill('platform:commission');
    await amounts.nth(1).fill('-1');
    assert.match(await page.locator('[data-testid=correction-sum]').innerText(), /Missing/);
    await looksRight(page, 'periods');
    await amounts.nth(1).fill('-1.5');
    await form.getByLabel('Reason').fill('booked as a sale');
    await form.locator('button[type=submit]').click();
    await form.getByRole('status').waitFor();

    await page.locator('[data-testid=through-day]').fill('2025-12-31');
    await page.locator('[data-testid=close-note]').fill('year end');
    await page.locator('[data-testid=close-period]').click();
    await page.locator('[data-testid=close-period-confirm]').click();
    await page.locator('[data-testid=periods] [data-id]').first().waitFor();
    await looksRight(page, 'periods-closed');
  });
});

test('the same pages speak Chinese and Spanish, in light and dark, and remember it', { skip }, async () => {
  await deliveredOrder();
  await asOperator(async (page, finance) => {
    await page.goto(`${finance}/ledger`);
    const choices = page.locator('[popover] select');
    for (const [language, title] of [
      ['zh', '总账'],
      ['es', 'Libro mayor'],
    ] as const) {
      await page.locator('[data-testid=preferences]').click();
      await choices.nth(0).selectOption(language);
      await page.locator('main h2', { hasText: title }).waitFor();
      await page.locator('[data-testid=chart]').waitFor();
      await looksRight(page, `accounts-${language}`);
    }
    await page.locator('[data-testid=preferences]').click();
    await choices.nth(1).selectOption('dark');
    await page.keyboard.press('Escape');
    await looksRight(page, 'accounts-dark');
    await page.reload();
    await page.locator('main h2', { hasText: 'Libro mayor' }).waitFor();
    await page.locator('html[data-colours=dark]').waitFor();
  });
});

let signedIn: OpenedPage | undefined;

/** A page of the operator, who signs in once; it ends by finding no complaint of any page so far. */
async function asOperator(play: (page: Page, finance: string) => Promise<void>): Promise<void> {
  signedIn ??= await signIn();
  const page = await signedIn.context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await play(page, `${platform.url}/ops/${slug}/finance`);
    assert.deepEqual(signedIn.complaints, []);
  } finally {
    await page.close();
  }
}

async function signIn(): Promise<OpenedPage> {
  const opened = await openPage(browser, LAPTOP);
  const { page } = opened;
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${platform.url}/sign-in?next=/ops/${slug}/finance`);
  await page.locator('input[name=email]').fill(operator.email);
  await page.locator('input[name=password]').fill(operator.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/finance\//);
  await page.close();
  return opened;
}

/** An order of a shopper, driven until it is handed over. */
async function deliveredOrder(): Promise<Order> {
  const order = await quoteAndPlace(platform.clientOf(market.shoppers[0]), market);
  const params = { marketId: market.marketId, orderId: order.id };
  return valueOf(
    await platform
      .clientOf(market.operator)
      .call('advanceSandboxOrder', { params, body: { to: 'delivered' }, idempotencyKey: newKey() }),
  );
}

/** What was posted before a moment is settled by a run at that moment: the clock, which stands still, goes on a little. */
async function letTimePass(): Promise<void> {
  const { clock } = platform;
  const before = clock.now();
  clock.setSpeed(60);
  while (clock.now() === before) await setImmediate();
  clock.setSpeed(0);
}

function looksRight(page: Page, name: string): Promise<void> {
  return assertLooksRight(page, `finance-${name}`);
}
