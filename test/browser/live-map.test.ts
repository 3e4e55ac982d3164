import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { dataFolder } from '../halfhour-process.ts';
import { type Demo, startDemo } from '../start-demo.ts';
import { chromiumPath, LAPTOP, launchChromium, NO_CHROMIUM, openPage, PHONE } from './browser.ts';
import { liveMapScenario } from './live-map-scenario.ts';

/**
 * `HALFHOUR_SIGN_IN_URLS`: two one-time links of an operator, separated by a space, to look at a market that runs
 * already; without it the test starts a demo of its own. `HALFHOUR_TEST_CITY=montevideo` shows the real one, and
 * `HALFHOUR_TEST_SCREENSHOTS` names a folder for what is seen.
 */
const links = (process.env['HALFHOUR_SIGN_IN_URLS'] ?? '').split(/\s+/).filter(Boolean);
const city = process.env['HALFHOUR_TEST_CITY'] ?? 'synthetic:1';
const screenshots = process.env['HALFHOUR_TEST_SCREENSHOTS'];
const SPEED = 60;
const executablePath = chromiumPath();
const skip = executablePath === undefined ? NO_CHROMIUM : false;
const folder = skip === false && links.length === 0 ? await dataFolder() : undefined;

let browser: Browser;
let demo: Demo | undefined;
before(async () => {
  if (skip !== false) return;
  if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
  browser = await launchChromium(executablePath!);
  if (folder !== undefined) demo = await startDemo({ folder, speed: SPEED, city });
});
// The demo ends with its folder.
after(() => browser?.close());

test('an operator sees couriers move and opens an order on a laptop', { skip }, async () => {
  await watch('laptop', LAPTOP, 'light', async () => links[0] ?? demo!.signInUrl);
});

test('an operator signs in with a password on a phone and sees the same', { skip }, async () => {
  await watch('phone', PHONE, 'dark', async (page) => {
    if (demo === undefined) return links[1] ?? assert.fail('HALFHOUR_SIGN_IN_URLS needs two links');
    await signIn(page, demo);
    return demo.url;
  });
});

/** @param signInUrl opens the page, and says where the operator goes on from */
async function watch(
  name: string,
  viewport: typeof LAPTOP | typeof PHONE,
  colours: 'light' | 'dark',
  signInUrl: (page: Page) => Promise<string>,
): Promise<void> {
  const { context, page, complaints } = await openPage(browser, viewport, colours);
  try {
    await liveMapScenario(page, {
      signInUrl: await signInUrl(page),
      name,
      ...(screenshots === undefined ? {} : { screenshots }),
    });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

async function signIn(page: Page, { url, email, password }: Demo): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/ops\//);
}
