import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Ticker, addMs, epochMs } from '@halfhour/kernel';
import { openMarketClock } from './market-clock.ts';

const folder = await mkdtemp(join(tmpdir(), 'halfhour-clock-'));
after(() => rm(folder, { recursive: true, force: true }));

let elapsed = 0;
const ticker: Ticker = { elapsedMs: () => elapsed, after: () => () => undefined };
const wallNow = epochMs(Date.UTC(2026, 5, 1, 9, 0));
const open = (notBefore?: ReturnType<typeof epochMs>) =>
  openMarketClock({
    path: join(folder, 'clock.json'),
    ticker,
    wallNow,
    timeZone: 'UTC',
    notBefore,
    speed: 60,
  });

test('a market begins before lunch, goes on from where it was saved, and never before what has happened', async () => {
  const first = await open();
  assert.equal(first.clock.now(), epochMs(Date.UTC(2026, 5, 1, 11, 30)));
  elapsed += 1_000;
  // At the end of a demo one save may meet another.
  await Promise.all([first.save(), first.save(), first.save()]);
  const saved = addMs(epochMs(Date.UTC(2026, 5, 1, 11, 30)), 60_000);
  assert.equal((await open()).clock.now(), saved);
  assert.equal((await open(addMs(saved, 5_000))).clock.now(), addMs(saved, 5_000));
});
