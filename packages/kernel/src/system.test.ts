import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemNow, systemTicker } from './system.ts';

test('the system’s moment is the host’s', () => {
  const before = Date.now();
  const now = systemNow();
  assert.ok(now >= before && now <= Date.now());
});

test('the system’s ticker never runs backwards', () => {
  const first = systemTicker.elapsedMs();
  assert.ok(systemTicker.elapsedMs() >= first);
});

test('the system’s ticker calls back once, and not at all when cancelled', async () => {
  let cancelled = 0;
  const cancel = systemTicker.after(0, () => (cancelled += 1));
  cancel();
  await new Promise<void>((resolve) => systemTicker.after(1, resolve));
  assert.equal(cancelled, 0);
});
