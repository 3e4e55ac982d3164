import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { createIdSource, systemNow } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Browser, Page } from 'playwright-core';
import { DOOR } from '../acceptance/city-market.ts';
import { valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import {
  chromiumPath,
  LAPTOP,
  launchChromium,
  NO_CHROMIUM,
  type OpenedPage,
  openPage,
  PHONE,
  TABLET,
} from './browser.ts';
import { assertLooksRight } from './looks-right.ts';

/** One order through the four apps at once: nobody calls the API but their pages, which work without their maps, too. */
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const platform = await servePlatform({
  webFolder: join(import.meta.dirname, '..', '..', 'apps', 'web', 'dist'),
});
const { market, clock } = platform;
const { marketId } = market;
const { slug } = valueOf(await platform.clientOf().call('getMarket', { params: { marketId } }));
const PASSWORD = 'a long password of the city';
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;
/** Market seconds a second while somebody waits for the dispatcher. */
const SPEED = 60;

let browser: Browser;
const opened: OpenedPage[] = [];
before(async () => {
  if (skip !== false) return;
  const passwordHash = await hashPassword(PASSWORD, { bytes: randomBytes });
  const ids = createIdSource(systemNow, 905);
  const user = (name: string) => ({
    id: ids.next('usr'),
    name,
    email: `${name}@example.org`,
    passwordHash,
  });
  await platform.db.transaction((tx) =>
    insertUsers(tx, START, [
      { ...user('operator'), grants: [{ role: 'operator', marketId }] },
      { ...user('merchant'), grants: [{ role: 'merchant', marketId, merchantId: market.merchantIds[0] }] },
      { ...user('courier'), grants: [{ role: 'courier', marketId, courierId: market.courierIds[0]! }] },
    ]),
  );
  browser = await launchChromium(executablePath!, { maps: false });
});
after(() => browser?.close());

test(
  'an order goes from a shopper over store and courier to the door, and what was missing comes back',
  { skip },
  async () => {
    const courier = await open(PHONE);
    await courier.context().grantPermissions(['geolocation']);
    await courier.context().setGeolocation({ latitude: 40.002, longitude: 20.001 });
    // Everybody is led from the start page to where their work is.
    await signIn(courier, 'courier', /\/courier\/[^/]+$/);
    await courier.locator('[data-testid=start-shift]').click();
    await courier.locator('[data-testid=idle]').waitFor();

    const merchant = await open(TABLET);
    await signIn(merchant, 'merchant', /\/merchant/);
    await merchant.goto(`${platform.url}/merchant/${slug}/${market.shopId}/orders`);
    await merchant.locator('[data-testid=board]').waitFor();

    const operator = await open(LAPTOP);
    await signIn(operator, 'operator', /\/ops\/[^/]+$/);
    await operator.locator('[data-testid=connection][data-status=live]').waitFor();

    const shopper = await open(PHONE);
    await order(shopper);
    const id = new URL(shopper.url()).pathname.split('/').at(-1) as Order['id'];
    const code = await shopper.locator('[data-testid=delivery-code]').innerText();
    await operator.locator(`[data-testid=order-list] [role=option]`).first().waitFor();
    // The live map is drawn in software all the time: it has shown what it is to show.
    await operator.goto(`${platform.url}/ops/${slug}/support`);

    await merchant.locator(`[data-testid=column-new] [data-id=${id}] [data-testid=accept]`).click();
    await shopper.locator('[data-testid=order][data-state=accepted]').waitFor();
    await merchant.locator(`[data-testid=column-preparing] [data-id=${id}] [data-testid=ready]`).click();
    await shopper.locator('[data-testid=order][data-state=ready]').waitFor();

    clock.setSpeed(SPEED);
    await courier.locator('[data-testid=step][data-stop="0"]').waitFor();
    clock.setSpeed(0);
    await courier.locator('[data-testid=arrive]').click();
    await courier.locator('[data-testid=complete]').click();
    await shopper.locator('[data-testid=order][data-state=picked_up]').waitFor();
    await merchant.locator(`[data-testid=column-courier] [data-id=${id}]`).waitFor();
    await courier.locator('[data-testid=step][data-stop="1"] [data-testid=arrive]').click();
    await courier.locator('[data-testid=code]').fill(code);
    await courier.locator('[data-testid=complete]').click();
    await courier.locator('[data-testid=idle]').waitFor();
    await shopper.locator('[data-testid=order][data-state=delivered]').waitFor();
    await courier.close();
    await merchant.locator(`[data-id=${id}]`).waitFor({ state: 'detached' });

    await shopper.locator('[data-testid=tell-problem]').click();
    await shopper.locator('input[name=line-0]').check();
    await shopper.locator('textarea[name=words]').fill('One bag was not there.');
    await assertLooksRight(shopper, 'story-problem');
    await shopper.locator('[data-testid=send-problem]').click();
    await shopper.locator('[data-testid=problem][data-state=open]').waitFor();

    await operator.reload();
    await operator.locator(`[data-testid=cases] a[href$="${id}"]`).click();
    await operator.locator('[data-testid=give] button[type=submit]').click();
    await operator.locator('[data-testid=compensation][data-state=given]').waitFor();
    await operator.locator('[data-testid=case] textarea').first().fill('It is on its way back to you.');
    await operator.locator('[data-testid=case] button[type=submit]').click();
    await operator.locator('[data-testid=case][data-state=closed]').waitFor();

    await shopper.reload();
    await shopper.locator('[data-testid=refunded]').waitFor();
    await shopper
      .locator('[data-testid=problem][data-state=closed]', { hasText: 'on its way back' })
      .waitFor();
    await assertLooksRight(shopper, 'story-refunded');

    await operator.goto(`${platform.url}/ops/${slug}/finance/ledger/orders/${id}`);
    await operator.locator('[data-testid=order-remains]').waitFor();
    assert.equal(await operator.locator('[data-testid=balanced]').innerText(), 'Balanced');
    await operator.goto(`${platform.url}/ops/${slug}/finance/ledger`);
    await operator.locator('[data-testid=chart]').waitFor();
    assert.equal(await operator.locator('[data-testid=balanced]').innerText(), 'Balanced');
    for (const { complaints } of opened) assert.deepEqual(complaints, []);
  },
);

async function open(size: Parameters<typeof openPage>[1]): Promise<Page> {
  const one = await openPage(browser, size);
  opened.push(one);
  one.page.setDefaultTimeout(PATIENCE_MS);
  return one.page;
}

async function signIn(page: Page, who: string, to: RegExp): Promise<void> {
  await page.goto(`${platform.url}/sign-in`);
  await page.locator('input[name=email]').fill(`${who}@example.org`);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(to);
}

/** Two bags of rice of the shop to the door, signed up on the way. */
async function order(page: Page): Promise<void> {
  const shop = `${platform.url}/shop/${slug}`;
  await page.goto(platform.url);
  await page.waitForURL(/\/shop$/);
  await page.goto(shop);
  await page.waitForURL(/\/address$/);
  await page.evaluate(
    ([key, door]) => localStorage.setItem(key!, door!),
    [`halfhour.shop.${slug}.door`, JSON.stringify(DOOR)],
  );
  await page.goto(`${shop}/stores/${market.shopId}`);
  await page.locator(`[data-id=${market.rice.offerId}]`).click();
  await page.locator('dialog').getByRole('button', { name: /^More/ }).click();
  await page.locator('[data-testid=add-to-basket]').click();
  await page.locator('[data-testid=to-checkout]').click();
  await page.locator('[data-testid=sign-in-to-order]').click();
  await page.locator('[data-testid=other-way]').click();
  await page.locator('input[name=name]').fill('Lucía');
  await page.locator('input[name=email]').fill('lucia@example.org');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await page.locator('[data-testid=place-order]:enabled').click();
  await page.locator('[data-testid=order][data-state=placed]').waitFor();
}
