import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarketId, createIdSource, epochMs, keyOf } from '@halfhour/kernel';
import { sqlState } from '../postgres/index.ts';
import { createTestDatabase, createTestMarket } from '../testing/index.ts';
import { buildGate, closeGate, openGate, removeGate } from './gate.ts';
import { TABLES, partitionedTables, unknownTables } from './tables.ts';

const db = await createTestDatabase();
const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const moving = await createTestMarket(db, ids);
const other = await createTestMarket(db, ids);
const key = keyOf(moving.marketId);
const partitioned = await partitionedTables(db);

const write = (marketId: MarketId): Promise<object[]> =>
  db.query('update inventory.stock set on_hand = on_hand where market_id = $1 returning 1', [
    keyOf(marketId),
  ]);
const isMoving = (error: unknown): boolean => sqlState(error) === 'HM001';

test('every table of a market is known to a move, and one that is not is found', async () => {
  assert.deepEqual(await unknownTables(db), []);
  await db.query('create table public.novelty (market_id bigint)');
  assert.deepEqual(await unknownTables(db), ['public.novelty']);
  await db.query('drop table public.novelty');
});

test('a closed gate refuses every write of its market at once, and none of another', async () => {
  const mover = await db.pool.connect();
  await buildGate(mover, key, partitioned);
  assert.equal((await write(moving.marketId)).length, 1);
  await closeGate(mover, key);
  await assert.rejects(write(moving.marketId), isMoving);
  assert.equal((await write(other.marketId)).length, 1);
  // Into each table: the gate comes before any other rule of it.
  for (const { name } of TABLES) {
    const insert = db.query(`insert into ${name} (market_id) values ($1)`, [key]);
    // In a partition the row is placed first, for which it needs its key.
    await assert.rejects(insert, (error) => isMoving(error) || partitioned.has(name), name);
  }
  await openGate(mover, key);
  assert.equal((await write(moving.marketId)).length, 1);
  await removeGate(mover, key, partitioned);
  const left = await db.query(`select tgname from pg_trigger where tgname like 'moving_%'`);
  assert.deepEqual(left, []);
  mover.release();
});

test('closing the gate waits for a writer that has passed it, and for nobody who comes later', async () => {
  const mover = await db.pool.connect();
  await buildGate(mover, key, partitioned);
  const order: string[] = [];
  let closing: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await tx.query('update inventory.stock set on_hand = on_hand + 1 where market_id = $1', [key]);
    closing = closeGate(mover, key).then(() => order.push('closed'));
    // Until it waits.
    const waits = (): Promise<object[]> =>
      db.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`);
    while ((await waits()).length === 0);
    assert.equal((await write(other.marketId)).length, 1);
    // Another row: that of the writer is locked by it.
    const insert =
      'insert into inventory.stock (market_id, store_id, article_id, on_hand) values ($1, 1, 1, 0)';
    await assert.rejects(db.query(insert, [key]), isMoving);
    order.push('written');
  });
  await closing;
  assert.deepEqual(order, ['written', 'closed']);
  await openGate(mover, key);
  mover.release();
});

test('a gate whose mover has died is open', async () => {
  const mover = await db.pool.connect();
  await buildGate(mover, key, partitioned);
  await closeGate(mover, key);
  await assert.rejects(write(moving.marketId), isMoving);
  await db.query(`select pg_terminate_backend($1)`, [(mover as unknown as { processID: number }).processID]);
  mover.on('error', () => undefined);
  const alive = (): Promise<object[]> =>
    db.query(`select 1 from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'`);
  while ((await alive()).length > 0);
  assert.equal((await write(moving.marketId)).length, 1);
  mover.release(true);
});
