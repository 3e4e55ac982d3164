import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OrderId, createIdSource, epochMs } from '@halfhour/kernel';
import { OrderCache } from './order-cache.ts';
import type { OrderRecord } from './order.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 7);
const worked = (id: OrderId) => ({ order: { id } as OrderRecord, edition: 1, applied: undefined });
const NOW = epochMs(1_780_000_000_000);

test('the orders that were changed last are kept, and no more than there is room for', () => {
  const cache = new OrderCache();
  const all = Array.from({ length: 50_001 }, () => ids.next('ord'));
  for (const id of all.slice(0, 50_000)) cache.set(worked(id));
  cache.set(worked(all[0]!));
  cache.set(worked(all[50_000]!));
  assert.equal(cache.get(all[1]!), undefined);
  for (const id of [all[0]!, all[2]!, all[50_000]!]) assert.equal(cache.get(id)?.order.id, id);
  cache.delete(all[2]!);
  assert.equal(cache.get(all[2]!), undefined);
});

test('of an order that is being changed only what was ordered is known, until the change is done', () => {
  const cache = new OrderCache();
  const id = ids.next('ord');
  cache.change(id);
  assert.equal(cache.placementOf(id), undefined);
  cache.set(worked(id));
  cache.change(id);
  assert.equal(cache.get(id), undefined);
  assert.equal(cache.placementOf(id)?.order.id, id);
  cache.set(worked(id));
  assert.equal(cache.get(id)?.order.id, id);
});

test('one lost race is forgiven; where groups keep losing, orders are read first for a while', () => {
  const cache = new OrderCache();
  cache.tell(true, NOW);
  assert.ok(cache.isTrusted(NOW));
  for (let group = 0; group < 10; group++) cache.tell(true, NOW);
  assert.ok(!cache.isTrusted(NOW));
  assert.ok(cache.isTrusted(epochMs(NOW + 60_000)));
});
