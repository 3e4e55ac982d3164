import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChangeQueue } from './change-queue.ts';

test('a reader gets every item in order, those that come while it waits too, and then the end', async () => {
  const queue = createChangeQueue<number>(10);
  queue.push(1);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of queue) {
      seen.push(item);
      if (item === 1) queue.push(2);
      if (item === 3) queue.end();
    }
  })();
  queue.push(3);
  await reading;
  assert.deepEqual(seen, [1, 3, 2]);
});

test('a reader that falls too far behind is cut off, and nothing is kept for it', async () => {
  const queue = createChangeQueue<number>(3);
  for (let item = 0; item < 10; item++) queue.push(item);
  const seen: number[] = [];
  for await (const item of queue) seen.push(item);
  assert.deepEqual(seen, []);
});
