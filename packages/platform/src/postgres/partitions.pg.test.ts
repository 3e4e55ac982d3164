import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idFromKey, keyOf } from '@halfhour/kernel';
import { selectOpenOrders, selectOrders } from '../ordering/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { ensurePartitions, single } from './index.ts';

const db = await createTestDatabase();
const TABLES = ['ordering.placement', 'ordering.progress', 'payments.payment', 'events.batch'];

/** The leaves of a market's part of a table, oldest first. */
async function leavesOf(table: string, marketId: Parameters<typeof keyOf>[0]): Promise<string[]> {
  const rows = await db.query<{ leaf: string }>(
    `select inhrelid::regclass::text as leaf from pg_inherits
     where inhparent = ($1 || '_m' || to_hex($2::bigint))::regclass order by 1`,
    [table, keyOf(marketId)],
  );
  return rows.map(({ leaf }) => leaf);
}

test('months are made once, without a gap, also by two processes at the same time', async () => {
  const { market } = await createTestOrdering(db);
  const { marketId } = market;
  const before = await leavesOf('ordering.placement', marketId);
  assert.equal(before.length, 2, 'this month and the next');
  await Promise.all([ensurePartitions(db, marketId), ensurePartitions(db, marketId)]);
  assert.deepEqual(await leavesOf('ordering.placement', marketId), before);
  // As a process does that comes back after months.
  await Promise.all(
    [0, 1].map(() =>
      db.query(`select halfhour.ensure_partitions($1, (current_date + interval '8 months')::date)`, [
        keyOf(marketId),
      ]),
    ),
  );
  for (const table of TABLES) assert.equal((await leavesOf(table, marketId)).length, 9, table);
  const bounds = await db.query<{ low: string; high: string }>(
    `select (regexp_match(bound, 'FROM \\((.+?)\\)'))[1] as low, (regexp_match(bound, 'TO \\((.+?)\\)'))[1] as high
     from (select pg_get_expr(relpartbound, oid) as bound from pg_class
           where oid in (select inhrelid from pg_inherits
                         where inhparent = ('ordering.placement_m' || to_hex($1::bigint))::regclass)
           order by relname) as each`,
    [keyOf(marketId)],
  );
  assert.equal(bounds[0]!.low, 'MINVALUE');
  for (const [index, { low }] of bounds.slice(1).entries()) assert.equal(low, bounds[index]!.high);
});

test('a key is in the month of its time', async () => {
  const { key } = single(
    await db.query<{ key: string }>(`select halfhour.key_at('2026-12-01', 22::smallint) as key`),
  );
  // 2026-12-01T00:00Z after 2024-01-01T00:00Z, as the ids of the kernel begin.
  const milliseconds = BigInt(Date.UTC(2026, 11, 1) - Date.UTC(2024, 0, 1));
  assert.equal(idFromKey('ord', key), idFromKey('ord', milliseconds << 22n));
});

test('an old month is detached while the market goes on, and stays readable by itself', async () => {
  const t = await createTestOrdering(db, { couriers: 1 });
  const { marketId, courierIds } = t.market;
  const courierId = courierIds[0]!;
  // The ids of this test are of the time of its clock, June 2026: the oldest month.
  const old = await t.place();
  for (const kind of ['accept', 'ready'] as const) {
    assert.ok((await t.ordering.change(marketId, { orderId: old, kind, by: 'merchant' })).ok);
  }
  for (const kind of ['pick_up', 'deliver'] as const) {
    assert.ok((await t.ordering.change(marketId, { orderId: old, kind, by: 'courier', courierId })).ok);
  }
  await t.ordering.sweep(marketId);
  const detached: string[] = [];
  for (const table of TABLES.slice(0, 3)) {
    const [leaf] = await leavesOf(table, marketId);
    await db.query(`alter table ${table}_m${BigInt(keyOf(marketId)).toString(16)} detach partition ${leaf}`);
    detached.push(leaf!);
  }
  assert.equal((await selectOrders(db, marketId, [old])).size, 0);
  for (const leaf of detached) {
    assert.equal(single(await db.query<{ n: number }>(`select count(*)::int as n from ${leaf}`)).n, 1, leaf);
  }
  // The next month's orders are placed and read as before.
  const today = new Date();
  t.clock.advanceBy(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 2) - t.clock.now());
  const next = await t.place();
  assert.deepEqual(
    (await selectOpenOrders(db, marketId)).map((order) => order.id),
    [next],
  );
});
