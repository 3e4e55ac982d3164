import { type MarketId, type OrderId, keyOf } from '@halfhour/kernel';
import type { Database } from '@halfhour/platform/postgres';

const DAY_MS = 86_400_000;
/** Where keys begin to count; see kernel/ids. */
const KEY_EPOCH_MS = Date.UTC(2024, 0, 1);
const BATCH_ORDERS = 50_000;

/**
 * The columns that hold a key or number made of time, by table, and what they are counted from: those of one order
 * move together.
 */
const MOVED: Readonly<Record<string, Readonly<Record<string, { shift: number; of: 'order' | 'own' }>>>> = {
  'ordering.placement': { order_id: { shift: 22, of: 'order' } },
  'ordering.progress': { order_id: { shift: 22, of: 'order' } },
  'payments.payment': { order_id: { shift: 22, of: 'order' } },
  'events.event': { seq: { shift: 12, of: 'own' }, subject: { shift: 22, of: 'order' } },
  'ledger.transaction': {
    transaction_id: { shift: 22, of: 'own' },
    reference: { shift: 22, of: 'order' },
  },
  'inventory.movement': { written: { shift: 22, of: 'own' }, order_id: { shift: 22, of: 'order' } },
};

/** Makes the months that past orders lie in, before the market is made. */
export async function makePastMonths(db: Database, marketId: MarketId, months: number): Promise<void> {
  await db.query(
    `select halfhour.ensure_partitions($1, (current_date - make_interval(months => $2::int))::date)`,
    [keyOf(marketId), months],
  );
}

/**
 * Copies orders that are over, with all rows that they left in the tables which grow with orders, into the past: evenly
 * over `days` before today. Set-based, one insert a table and batch. Stock and balances are not moved with them, so
 * the audits of both no longer hold.
 *
 * @returns how many orders were made
 */
export async function copyIntoPast(
  db: Database,
  marketId: MarketId,
  seeds: readonly OrderId[],
  wanted: number,
  days: number,
  /** Of an earlier call: copies that are there. */
  copiesBefore = 0,
): Promise<{ readonly orders: number; readonly copies: number }> {
  const market = keyOf(marketId);
  const copies = Math.ceil(wanted / seeds.length);
  const stepMs = Math.floor((days * DAY_MS) / (copies + copiesBefore + 1));
  const startMs = Date.now() - (days + 31) * DAY_MS - KEY_EPOCH_MS;
  const keys = `'{${seeds.map(keyOf).join(',')}}'::bigint[]`;
  const [first] = await db.query<{ key: string }>(`select min(key)::text as key from unnest(${keys}) as key`);
  const tables = await Promise.all(
    Object.entries(MOVED).map(async ([table, moved]) => {
      const columns = await db.query<{ name: string }>(
        `select attname as name from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [table],
      );
      const reference = Object.entries(moved).find(([, { of }]) => of === 'order')![0];
      const seed = `bench_seed_${table.replace('.', '_')}`;
      await db.query(`drop table if exists ${seed}`);
      await db.query(
        `create unlogged table ${seed} as select * from ${table} where market_id = ${market} and ${reference} = any(${keys})`,
      );
      const values = await Promise.all(
        columns.map(async ({ name }) => {
          const column = moved[name];
          if (column === undefined) return name;
          const [own] = await db.query<{ key: string }>(`select min(${name})::text as key from ${seed}`);
          const from = column.of === 'order' ? first!.key : own!.key;
          // The copies lie a step apart; all keys of a copy lie behind its first.
          return `${name} - ${from} + ((${startMs} + k * ${stepMs}::bigint) << ${column.shift})`;
        }),
      );
      return { table, seed, values };
    }),
  );
  const perBatch = Math.max(1, Math.floor(BATCH_ORDERS / seeds.length));
  for (let k = copiesBefore; k < copiesBefore + copies; k += perBatch) {
    const to = Math.min(k + perBatch, copiesBefore + copies) - 1;
    await db.transaction(async (tx) => {
      await tx.query('set local synchronous_commit = off');
      for (const { table, seed, values } of tables) {
        await tx.query(
          `insert into ${table} select ${values.join(', ')} from generate_series(${k}, ${to}) as k, ${seed}`,
        );
      }
    });
  }
  for (const { seed } of tables) await db.query(`drop table ${seed}`);
  return { orders: copies * seeds.length, copies: copiesBefore + copies };
}
