import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Generous, since maps are drawn in software on a shared machine; a page that works needs seconds. */
const PATIENCE_MS = 60_000;

interface CourierShown {
  readonly id: string;
  readonly lat: number;
  readonly lng: number;
}

/** What the page offers to tests; see apps/web/src/ops/map/live-map.tsx. */
interface TestHook {
  readonly __halfhourMap?: {
    readonly idle: boolean;
    couriers(): CourierShown[];
    pixelOf(what: { kind: 'store'; id: string }): { x: number; y: number } | undefined;
  };
}

export interface LiveMapOptions {
  /** One-time link of an operator: `http://127.0.0.1:4200/?signin=…`. The market must have couriers at work. */
  readonly signInUrl: string;
  readonly screenshots?: string;
  /** Names the shots. */
  readonly name?: string;
}

/**
 * An operator signs in by link, sees the map, sees couriers move, opens the most urgent order and reads its
 * timeline, then picks a store on the map itself. Works at any size of `page`.
 */
export async function liveMapScenario(page: Page, options: LiveMapOptions): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  const shoot = async (what: string): Promise<void> => {
    if (options.screenshots === undefined) return;
    await page.screenshot({ path: join(options.screenshots, `${options.name ?? 'live-map'}-${what}.png`) });
  };

  await page.goto(options.signInUrl);
  await page.waitForURL(/\/ops\/[a-z0-9-]+/);
  assert.ok(!page.url().includes('signin='), 'the one-time link does not stay in the address bar');

  await page.waitForSelector('[data-testid=map][data-idle=true]');
  await page.waitForSelector('[data-testid=connection][data-status=live]');
  assert.match(await page.locator('[data-testid=attribution]').innerText(), /\S/);
  await shoot('overview');

  const before = await couriersShown(page);
  assert.ok(before.length > 0, 'couriers are on the map');
  await page.waitForFunction((earlier) => {
    const hook = globalThis as unknown as TestHook;
    const now = new Map(hook.__halfhourMap?.couriers().map((courier) => [courier.id, courier]));
    return earlier.some(({ id, lat, lng }) => {
      const courier = now.get(id);
      return courier !== undefined && (courier.lat !== lat || courier.lng !== lng);
    });
  }, before);

  await page.waitForSelector('[data-testid=order-list] [role=option]');
  // By keyboard: rows move as urgency changes, the list's own focus does not.
  await page.locator('[data-testid=order-list]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid=order-details]');
  await page.waitForSelector('[data-testid=timeline] li');
  assert.match(page.url(), /[?&]show=ord_/);
  await shoot('order');

  assert.equal(await sidewaysScroll(page), 0, 'the page does not scroll sideways');

  await clickStoreOnMap(page);
}

/** From the order to its store, which brings it into view, back to the lists, and to a click on the map. */
async function clickStoreOnMap(page: Page): Promise<void> {
  await page.locator('[data-testid=store-link]').click();
  await page.waitForSelector('[data-testid=store-details]');
  const id = new URL(page.url()).searchParams.get('show') ?? '';
  await page.waitForFunction(
    (storeId) => {
      const hook = (globalThis as unknown as TestHook).__halfhourMap;
      // Where it is once the map has come to rest on it: the same place twice.
      const pixel = JSON.stringify(hook?.pixelOf({ kind: 'store', id: storeId }));
      const seen = globalThis as unknown as { __pixelBefore?: string };
      const rests = seen.__pixelBefore === pixel;
      seen.__pixelBefore = pixel;
      return rests;
    },
    id,
    { polling: 300 },
  );
  await page.locator('[data-testid=details-back]').click();
  await page.waitForSelector('[data-testid=order-list]');
  const pixel = await page.evaluate(
    (storeId) => (globalThis as unknown as TestHook).__halfhourMap?.pixelOf({ kind: 'store', id: storeId }),
    id,
  );
  assert.ok(pixel !== undefined, 'the store is on the map');
  await page.locator('[data-testid=map]').click({ position: pixel });
  // The store, or an order or courier that happens to be upon it.
  await page.waitForURL(/[?&]show=(sto|ord|cou)_/);
}

export function couriersShown(page: Page): Promise<CourierShown[]> {
  return page.evaluate(() => (globalThis as unknown as TestHook).__halfhourMap?.couriers() ?? []);
}

/** By how many CSS pixels the page is wider than the screen. */
function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number } };
      innerWidth: number;
    };
    return Math.max(0, document.documentElement.scrollWidth - innerWidth);
  });
}
