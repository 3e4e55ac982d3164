import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '../events/index.ts';
import { parseSnapshot } from './load-market.ts';

test('a snapshot has what had committed when it was taken, and nothing that ran or came later', () => {
  const isVisible = parseSnapshot('100:110:100,105');
  const seen = (txid: number) => isVisible(`${txid}-1` as Position);
  assert.deepEqual([99, 100, 104, 105, 109, 110, 111].map(seen), [
    true,
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  assert.equal(parseSnapshot('50:50:')('49-7' as Position), true);
  assert.equal(parseSnapshot('50:50:')('50-7' as Position), false);
});
