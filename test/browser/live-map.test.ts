import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  chromiumPath,
  LAPTOP,
  launchChromium,
  NO_CHROMIUM,
  openPage,
  PHONE,
  screenshotFolder,
} from './browser.ts';
import { liveMapScenario } from './live-map-scenario.ts';

/** A running market and how to sign in to it as an operator. A link is good for one sign-in, so several. */
const links = (process.env['HALFHOUR_SIGN_IN_URLS'] ?? '').split(/\s+/).filter(Boolean);
const executablePath = chromiumPath();
const skip =
  executablePath === undefined
    ? NO_CHROMIUM
    : links.length < 2
      ? 'set HALFHOUR_SIGN_IN_URLS to two one-time operator links of a running market, separated by a space'
      : false;

let browser: Browser;
let screenshots: string;
before(async () => {
  if (skip !== false) return;
  browser = await launchChromium(executablePath!);
  screenshots = await screenshotFolder();
});
after(() => browser?.close());

for (const [index, [name, viewport, colours]] of (
  [
    ['laptop', LAPTOP, 'light'],
    ['phone', PHONE, 'dark'],
  ] as const
).entries()) {
  test(`an operator sees couriers move and opens an order on a ${name}`, { skip }, async (context) => {
    const { context: pageContext, page, complaints } = await openPage(browser, viewport, colours);
    try {
      await liveMapScenario(page, { signInUrl: links[index]!, screenshots, name });
      assert.deepEqual(complaints, []);
      context.diagnostic(`screenshots in ${screenshots}`);
    } finally {
      await pageContext.close();
    }
  });
}
