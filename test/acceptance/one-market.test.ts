import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Amounts, PricedLine } from '@halfhour/contract';
import { type MarketId, keyOf } from '@halfhour/kernel';
import type { Database, Queryable, Tx } from '@halfhour/platform/postgres';
import { goOnShift, newKey, quoteAndPlace, routeFromStream, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';

/** Statements that ran, each with the first values that it ran with. */
const statements = new Map<string, readonly unknown[]>();
let recording = false;

/** Not in a market: who may sign in, which processes there are, which markets. */
const OUTSIDE = /\b(identity\.|processes\.|markets\.|halfhour\.(partition|ensure|migration))/;

/**
 * A copy partitioned by market: each table whose rows are a market's becomes one with a partition for each market,
 * as it would be on as many servers; those that grow with orders are so already.
 */
async function partitionByMarket(db: Database, marketIds: readonly MarketId[]): Promise<number> {
  const tables = await db.query<{ schema: string; name: string }>(
    `select nspname as schema, relname as name
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     join pg_attribute on attrelid = pg_class.oid and attname = 'market_id' and attnotnull
     where relkind = 'r' and not relispartition
       and nspname not in ('pg_catalog', 'information_schema', 'identity', 'processes', 'markets', 'halfhour')
     order by 1, 2`,
  );
  await db.transaction(async (tx) => {
    for (const { schema, name } of tables) {
      const [table, old] = [`${schema}.${name}`, `${schema}.${name}_before`];
      await tx.query(`alter table ${table} rename to ${name}_before`);
      await tx.query(`create table ${table} (like ${old} including all) partition by list (market_id)`);
      for (const [index, marketId] of marketIds.entries()) {
        await tx.query(
          `create table ${table}_part${index} partition of ${table} for values in (${keyOf(marketId)})`,
        );
      }
      await tx.query(`create table ${table}_rest partition of ${table} default`);
      await tx.query(`insert into ${table} overriding system value select * from ${old}`);
      await tx.query(`drop table ${old} cascade`);
    }
  });
  return tables.length;
}

function record<Q extends Queryable>(on: Q): Q {
  return {
    ...on,
    query: (text: string, values: readonly unknown[] = []) => {
      if (recording && !statements.has(text)) statements.set(text, values);
      return on.query(text, values);
    },
  };
}

function recordAll(tx: Tx): Tx {
  return {
    ...record(tx),
    write: (text, values = []) => {
      if (recording && !statements.has(text)) statements.set(text, values);
      tx.write(text, values);
    },
  };
}

const platform = await servePlatform({
  prepare: async (db, marketIds) => {
    assert.ok((await partitionByMarket(db, marketIds)) > 15);
    return {
      ...record(db),
      transaction: (run) => db.transaction((tx) => run(recordAll(tx))),
      transact: (run) => db.transact((tx) => run(recordAll(tx))),
    };
  },
});
const { db, clock, market, elsewhere } = platform;
const { marketId } = market;

test('each statement of an order’s way, from the basket to the door, reads and writes one market alone', async () => {
  const shopper = platform.clientOf(market.shoppers[0]);
  const merchant = platform.clientOf(market.merchants[0]);
  // An order elsewhere, so that the other partitions are not empty.
  await quoteAndPlace(platform.clientOf(elsewhere.shoppers[0]), elsewhere);

  recording = true;
  const placed = await quoteAndPlace(shopper, market);
  const params = { marketId, orderId: placed.id };
  const body = { preparationSeconds: 120 };
  valueOf(await merchant.call('acceptOrder', { params, body, idempotencyKey: newKey() }));
  // It is changed on its way: more of it, something else instead of it, another note at the door.
  const [line] = placed.lines as [PricedLine];
  const name = { line: 0, offerId: line.offerId };
  const more = { quantities: [{ ...name, quantity: 2 }] };
  const asked = await shopper.call('changeOrderLines', { params, body: more, idempotencyKey: newKey() });
  assert.ok(!asked.ok && asked.error.code === 'price_changed');
  const { totalMinor: expectedTotalMinor } = asked.error['quote'] as Amounts;
  valueOf(
    await shopper.call('changeOrderLines', {
      params,
      body: { ...more, expectedTotalMinor },
      idempotencyKey: newKey(),
    }),
  );
  const options = line.options.map(({ groupId, optionId }) => ({ groupId, optionId }));
  const substitute = { offerId: line.offerId, quantity: 1, options };
  valueOf(
    await merchant.call('substituteLine', {
      params,
      body: { ...name, substitute },
      idempotencyKey: newKey(),
    }),
  );
  const answer = { ...name, proposedOfferId: line.offerId, approve: true };
  const changed = valueOf(
    await shopper.call('answerSubstitution', { params, body: answer, idempotencyKey: newKey() }),
  );
  assert.equal(changed.totalMinor, placed.totalMinor);
  const address = { ...placed.address, note: 'Second floor' };
  valueOf(await shopper.call('changeOrderAddress', { params, body: { address }, idempotencyKey: newKey() }));
  const courier = await goOnShift(platform, 0);
  const route = await routeFromStream(platform, courier, 0, [placed]);
  valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
  assert.equal(route.stops.at(-1)!.place.note, 'Second floor');
  const [pickup, dropoff] = route.stops.map(({ number }) => number) as [number, number];
  const at = (stopNumber: number) => ({
    params: { marketId, routeId: route.id, stopNumber },
    idempotencyKey: newKey(),
  });
  const code = placed.deliveryCode!;
  valueOf(await courier.call('arriveAtStop', { ...at(pickup), body: {} }));
  valueOf(await courier.call('completeStop', { ...at(pickup), body: {} }));
  valueOf(await courier.call('arriveAtStop', { ...at(dropoff), body: {} }));
  valueOf(await courier.call('completeStop', { ...at(dropoff), body: { code } }));
  valueOf(await shopper.call('getOrder', { params }));
  valueOf(await shopper.call('getOrderTimeline', { params }));
  valueOf(await shopper.call('listOrders', { params: { marketId }, query: {} }));
  // The sweep captures.
  clock.setSpeed(60);
  for (let looks = 0; looks < 600; looks++) {
    const rows = await db.query(
      `select 1 as one from payments.payment where market_id = $1 and state = 'captured'`,
      [keyOf(marketId)],
    );
    if (rows.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  clock.setSpeed(0);
  recording = false;

  // Also what the platform did meanwhile by itself, for either market.
  const owners = await ownersOfPartitions([marketId, elsewhere.marketId]);
  const wrong: string[] = [];
  let looked = 0;
  for (const [text, values] of statements) {
    if (!/^\s*(select|with|insert|update|delete)\b/i.test(text) || OUTSIDE.test(text)) continue;
    looked += 1;
    const relations = await relationsOf(text, values);
    const touched = new Set(relations.flatMap((relation) => owners.get(relation) ?? []));
    if (touched.size > 1 || touched.has('rest')) wrong.push(`${relations.join(', ')} in ${text}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(looked > 40, `${looked} statements looked at`);
});

/** The relations that the plan of a statement reads or writes; tables that rows are routed into are their whole. */
async function relationsOf(text: string, values: readonly unknown[]): Promise<string[]> {
  const rows = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (format json, verbose) ${text}`,
    values,
  );
  const found = new Set<string>();
  const visit = (node: PlanNode): void => {
    if (node['Relation Name'] !== undefined) found.add(`${node.Schema}.${node['Relation Name']}`);
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(rows[0]!['QUERY PLAN'][0]!.Plan);
  return [...found];
}

interface PlanNode {
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** The market of each partition, and of those below it; `rest` for those of no market. */
async function ownersOfPartitions(marketIds: readonly MarketId[]): Promise<Map<string, MarketId | 'rest'>> {
  const rows = await db.query<{ name: string; bound: string }>(
    `with recursive below as (
       select oid, pg_get_expr(relpartbound, oid) as bound from pg_class
       where relispartition and pg_get_expr(relpartbound, oid) !~ '^FOR VALUES FROM'
       union
       select inhrelid, bound from pg_inherits join below on inhparent = below.oid
     )
     select nspname || '.' || relname as name, bound
     from below join pg_class using (oid) join pg_namespace on pg_namespace.oid = relnamespace`,
  );
  return new Map(
    rows.map(({ name, bound }) => [name, marketIds.find((id) => bound.includes(keyOf(id))) ?? 'rest']),
  );
}
