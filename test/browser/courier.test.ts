import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { type RouteId, createIdSource, parseId, systemNow } from '@halfhour/kernel';
import { hashPassword, insertUsers } from '@halfhour/platform/identity';
import { eventsOf } from '@halfhour/platform/testing';
import type { Browser, Page } from 'playwright-core';
import { newKey, quoteAndPlace, valueOf } from '../acceptance/order-steps.ts';
import { START, servePlatform } from '../acceptance/platform.ts';
import { seriousFindings } from './axe.ts';
import { chromiumPath, launchChromium, NO_CHROMIUM, openPage, PHONE } from './browser.ts';

/**
 * The courier's pages on a phone, over a platform whose shoppers and stores this file plays itself.
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
const screenshots = process.env['HALFHOUR_TEST_SCREENSHOTS'];
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const platform = await servePlatform({
  webFolder: join(import.meta.dirname, '..', '..', 'apps', 'web', 'dist'),
});
const { market, clock } = platform;
const { marketId } = market;
const merchant = platform.clientOf(market.merchants[0]);
const shopper = platform.clientOf(market.shoppers[0]);
const password = 'a long password of couriers';
/** Generous for a shared machine. */
const PATIENCE_MS = 30_000;
/** Market seconds a second while the dispatcher is waited for. */
const SPEED = 60;
/** Some streets from the kitchen. */
const CORNER = { latitude: 40.004, longitude: 20.003 };

let browser: Browser;
before(async () => {
  if (skip !== false) return;
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
  const passwordHash = await hashPassword(password, { bytes: randomBytes });
  const ids = createIdSource(systemNow, 904);
  await platform.db.transaction((tx) =>
    insertUsers(
      tx,
      START,
      market.courierIds.map((courierId, index) => ({
        id: ids.next('usr'),
        name: `Courier ${index + 1}`,
        email: `courier${index}@example.org`,
        passwordHash,
        grants: [{ role: 'courier' as const, marketId, courierId }],
      })),
    ),
  );
  browser = await launchChromium(executablePath!);
});
after(() => browser?.close());

test('a courier starts a shift, collects at the store and delivers by code', { skip }, async () => {
  const order = await acceptedOrder();
  await asCourier(0, async (page) => {
    await page.context().grantPermissions(['geolocation']);
    await page.context().setGeolocation(CORNER);
    await signIn(page, 0);
    await page.locator('[data-testid=way-map][data-idle=true]').waitFor();
    await looksRight(page, 'start');
    await page.locator('[data-testid=start-shift]').click();
    await page.locator('[data-testid=idle]').waitFor();
    await looksRight(page, 'idle');

    await routeShown(page);
    await page.locator('[data-testid=way-line]').waitFor();
    await looksRight(page, 'route');
    // The large button is where the thumb is on a small phone, too, whatever there is to read.
    await page.setViewportSize({ width: 360, height: 560 });
    const { y, height } = (await page.locator('[data-testid=arrive]').boundingBox())!;
    assert.ok(y + height <= 560, 'the button is below the fold');
    await page.setViewportSize(PHONE);
    await page.locator('[data-testid=cannot]').click();
    await page.locator('[data-testid=reason-too_far]').waitFor();
    await looksRight(page, 'cannot');
    await page.goBack();

    await page.locator('[data-testid=arrive]').click();
    await page.locator('[data-testid=complete]').click();
    await page.locator('[data-testid=refused][data-code=not_ready]').waitFor();
    await looksRight(page, 'not-ready');
    await ready(order);
    await page.locator('[data-testid=refused] button').first().click();
    await page.locator('[data-testid=step][data-stop="1"]').waitFor();
    assert.equal(await page.locator('[data-testid=refused]').count(), 0);
    await page.locator('[data-testid=arrive]').click();

    await page.locator('[data-testid=code]').fill(order.deliveryCode === '0000' ? '1111' : '0000');
    await looksRight(page, 'code');
    await page.locator('[data-testid=complete]').click();
    await page.locator('[data-testid=refused][data-code=wrong_code]').waitFor();
    await page.locator('[data-testid=code]').fill(order.deliveryCode!);
    await page.locator('[data-testid=complete]').click();
    await page.locator('[data-testid=idle]').waitFor();
    assert.equal(await page.locator('[data-testid=refused]').count(), 0);
    assert.equal((await read(order)).state, 'delivered');

    await page.goto(`${page.url()}/earnings`);
    const today = page.locator('[data-testid=today]');
    await today.waitFor();
    const { routes, ...earned } = valueOf(
      await platform
        .clientOf(market.couriers[0])
        .call('getCourierEarnings', { params: { marketId, courierId: market.courierIds[0]! } }),
    );
    assert.equal(Number(await today.getAttribute('data-minor')), earned.today.totalMinor);
    assert.ok(earned.today.totalMinor > 0);
    assert.equal(await page.locator('[data-testid=earned-routes] > li').count(), routes.length);
    await looksRight(page, 'earnings');
    await page.locator('nav a[href$="/more"]').click();
    await page.locator('[data-testid=sign-out]').waitFor();
    await looksRight(page, 'more');

    await page.locator('nav a').first().click();
    await page.locator('[data-testid=break]').click();
    await page.locator('[data-testid=shift]', { hasText: 'On break' }).waitFor();
    await looksRight(page, 'break');
    await page.locator('[data-testid=end-shift]').click();
    await page.locator('[data-testid=end-shift-now]').click();
    await page.locator('[data-testid=start-shift]').waitFor();
  });
});

test(
  'a courier without a connection goes on, over a reload, and each step arrives in order and once',
  { skip },
  async () => {
    const order = await acceptedOrder();
    await ready(order);
    await asCourier(1, async (page) => {
      await signIn(page, 1);
      // The phone does not say where it is, so a finger does.
      await page.locator('[data-testid=way-map][data-idle=true]').click();
      await page.locator('[data-testid=start-shift]:not([disabled])').click();
      await page.locator('[data-testid=idle]').waitFor();
      const routeId = await routeShown(page);
      await page.locator('[data-testid=way-line]').waitFor();
      await page.locator('[data-testid=bags]', { hasText: 'Pizza' }).waitFor();
      // The pages open without a connection once their worker has them.
      await page.waitForFunction(async () => {
        const { caches } = globalThis as unknown as { caches: CachesOfPage };
        const kept = await (await caches.open('courier-1')).keys();
        return kept.some(({ url }) => url.includes('/assets/courier-page'));
      });

      // The server acts on the arrival, and its answer is lost; then the connection is gone.
      await page.route('**/stops/0/arrive', async (route) => {
        await route.fetch();
        await page.context().setOffline(true);
        await route.abort('connectionreset');
      });
      await page.locator('[data-testid=arrive]').click();
      await page.locator('[data-testid=offline][data-waiting="1"]').waitFor();
      await page.unroute('**/stops/0/arrive');
      await page.locator('[data-testid=complete]').click();
      await page.locator('[data-testid=step][data-stop="1"]').waitFor();
      await looksRight(page, 'offline');
      await page.reload();
      await page.locator('[data-testid=step][data-stop="1"]').waitFor();
      await page.locator('[data-testid=offline][data-waiting="2"]').waitFor();
      await page.locator('[data-testid=arrive]').click();
      await page.locator('[data-testid=code]').fill(order.deliveryCode!);
      await page.locator('[data-testid=complete]').click();
      await page.locator('[data-testid=all-made]').waitFor();
      await page.locator('[data-testid=offline][data-waiting="4"]').waitFor();
      await looksRight(page, 'offline-all-made');
      assert.equal((await read(order)).state, 'ready', 'the server knows of the arrival only');

      await page.context().setOffline(false);
      await page.locator('[data-testid=idle]').waitFor();
      assert.equal(await page.locator('[data-testid=offline]').count(), 0);
      assert.equal((await read(order)).state, 'delivered');
      const events = await eventsOf(platform.db, marketId, routeId);
      assert.deepEqual(
        events.map(({ type, data }) => `${type} ${String(data['number'] ?? '')}`.trim()),
        [
          'RouteAssigned',
          'StopArrived 0',
          'StopCompleted 0',
          'StopArrived 1',
          'StopCompleted 1',
          'RouteDone',
        ],
      );
    });
  },
);

interface CachesOfPage {
  open(name: string): Promise<{ keys(): Promise<readonly { readonly url: string }[]> }>;
}

async function acceptedOrder(): Promise<Order> {
  const order = await quoteAndPlace(shopper, market);
  const accept = { params: { marketId, orderId: order.id }, body: { preparationSeconds: 60 } };
  valueOf(await merchant.call('acceptOrder', { ...accept, idempotencyKey: newKey() }));
  return order;
}

async function ready({ id: orderId }: Order): Promise<void> {
  const params = { marketId, orderId };
  valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
}

async function read({ id: orderId }: Order): Promise<Order> {
  return valueOf(await shopper.call('getOrder', { params: { marketId, orderId } }));
}

/** Lets the market's time run until the page shows a route. */
async function routeShown(page: Page): Promise<RouteId> {
  clock.setSpeed(SPEED);
  try {
    await page.locator('[data-testid=step][data-stop="0"]').waitFor();
  } finally {
    clock.setSpeed(0);
  }
  const href = await page.locator('[data-testid=cannot]').getAttribute('href');
  const routeId = parseId('rte', href!.split('/').at(-1)!);
  assert.ok(routeId !== undefined);
  return routeId;
}

async function signIn(page: Page, index: number): Promise<void> {
  await page.goto(`${platform.url}/courier`);
  await page.locator('input[type=email]').fill(`courier${index}@example.org`);
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/courier\/\w[\w-]*$/);
}

async function asCourier(index: number, work: (page: Page) => Promise<void>): Promise<void> {
  const { page, context, complaints } = await openPage(browser, PHONE, index === 0 ? 'light' : 'dark');
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await work(page);
    assert.deepEqual(complaints, []);
  } catch (error) {
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, 'courier-failed.png') });
    throw error;
  } finally {
    await context.close();
  }
}

/** Nothing serious for axe, nothing wider than the phone. */
async function looksRight(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined) {
    await page.locator('[data-testid=way-map][data-idle=false]').waitFor({ state: 'detached' });
    await page.screenshot({ path: join(screenshots, `courier-${name}.png`) });
  }
  assert.deepEqual(await seriousFindings(page), [], name);
  const isWide = await page.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number } };
      innerWidth: number;
    };
    return document.documentElement.scrollWidth > innerWidth;
  });
  assert.equal(isWide, false, `${name} scrolls sideways`);
}
