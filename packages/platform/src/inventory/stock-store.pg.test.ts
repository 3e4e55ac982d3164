import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, epochMs, keyOf } from '@halfhour/kernel';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import { type Tx, single } from '../postgres/index.ts';
import {
  countUnexplainedStock,
  releaseStock,
  reserveStock,
  selectStock,
  sellStock,
  setOnHand,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 3);
const at = epochMs(1_780_000_000_000);
const db = await createTestDatabase();
const storeId = ids.next('sto');

async function stocked(onHand: number) {
  const marketId = await createEmptyMarket(db, ids);
  const articleId = ids.next('art');
  await db.transaction((tx) => setOnHand(tx, marketId, at, [{ storeId, articleId, onHand }]));
  const level = async () => (await selectStock(db, marketId, storeId, [articleId])).get(articleId);
  return { marketId, articleId, level };
}

/** Until another connection waits for a lock of this transaction. */
async function untilSomeoneWaits(tx: Tx): Promise<void> {
  for (let looks = 0; looks < 10_000; looks++) {
    const { waiting } = single(
      await tx.query<{ waiting: boolean }>(
        `select exists (select from pg_stat_activity
         where datname = current_database() and pg_backend_pid() = any(pg_blocking_pids(pid))) as waiting`,
      ),
    );
    if (waiting) return;
  }
  throw new Error('nobody waits');
}

test('groups that race for the last ten hand out exactly ten', async () => {
  const { marketId, articleId, level } = await stocked(10);
  const groups = await Promise.all(
    Array.from({ length: 10 }, () =>
      db.transaction((tx) =>
        reserveStock(
          tx,
          marketId,
          Array.from({ length: 10 }, () => [{ storeId, articleId, quantity: 1 }]),
        ),
      ),
    ),
  );
  assert.equal(groups.flat().filter(({ shortages }) => shortages.length === 0).length, 10);
  assert.deepEqual(await level(), { onHand: 10, reserved: 10 });
});

test('what is released can be reserved again, and what is sold is gone and explained by its movements', async () => {
  const { marketId, articleId, level } = await stocked(5);
  const line = { storeId, articleId, quantity: 3 };
  await db.transaction((tx) => reserveStock(tx, marketId, [[line]]));
  await db.transaction(async (tx) => releaseStock(tx, marketId, [line]));
  assert.deepEqual(await level(), { onHand: 5, reserved: 0 });
  await db.transaction((tx) => reserveStock(tx, marketId, [[line]]));
  await db.transaction(async (tx) =>
    sellStock(tx, marketId, at, [{ orderId: ids.next('ord'), lines: [line] }]),
  );
  assert.deepEqual(await level(), { onHand: 2, reserved: 0 });
  assert.equal(await countUnexplainedStock(db, marketId), 0);
});

test('what is released or sold while another transaction holds the row is not passed over', async () => {
  const { marketId, articleId, level } = await stocked(10);
  const line = { storeId, articleId, quantity: 2 };
  await db.transaction((tx) => reserveStock(tx, marketId, [[line], [line]]));
  for (const work of [
    async (tx: Tx) => releaseStock(tx, marketId, [line]),
    async (tx: Tx) => sellStock(tx, marketId, at, [{ orderId: ids.next('ord'), lines: [line] }]),
  ]) {
    let waiting: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await reserveStock(tx, marketId, [[{ ...line, quantity: 1 }]]);
      waiting = db.transaction(work);
      await untilSomeoneWaits(tx);
    });
    await waiting;
  }
  assert.deepEqual(await level(), { onHand: 8, reserved: 2 });
});

test('an article that the store does not count is never short', async () => {
  const { marketId } = await stocked(1);
  const uncounted = { storeId, articleId: ids.next('art'), quantity: 50 };
  assert.deepEqual(await db.transaction((tx) => reserveStock(tx, marketId, [[uncounted]])), [
    { shortages: [], counted: new Set() },
  ]);
});

test('a count below what is reserved is refused and changes nothing', async () => {
  const { marketId, articleId, level } = await stocked(5);
  await db.transaction((tx) => reserveStock(tx, marketId, [[{ storeId, articleId, quantity: 4 }]]));
  assert.deepEqual(
    await db.transaction((tx) => setOnHand(tx, marketId, at, [{ storeId, articleId, onHand: 3 }])),
    [false],
  );
  assert.deepEqual(await level(), { onHand: 5, reserved: 4 });
});

test('Postgres itself refuses to reserve more than there is', async () => {
  const { marketId } = await stocked(2);
  await assert.rejects(
    db.query('update inventory.stock set reserved = 3 where market_id = $1', [keyOf(marketId)]),
    /stock_check/,
  );
});
