import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { seriousFindings } from './axe.ts';

/** Where what is seen is kept, for a person to look at; nowhere unless it is asked for. */
const folder = process.env['HALFHOUR_TEST_SCREENSHOTS'];

/** Nothing serious for axe-core, and nothing wider than the page. `name` is that of the screenshot. */
export async function assertLooksRight(page: Page, name: string): Promise<void> {
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
  assert.deepEqual(await seriousFindings(page), [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(Number(wider) <= 0, `${name} scrolls sideways`);
}
