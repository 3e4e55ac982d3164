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
  'events.batch': { seq: { shift: 12, of: 'own' }, subjects: { shift: 22, of: 'order' } },
  'ledger.transaction': {
    transaction_id: { shift: 22, of: 'own' },
    reference: { shift: 22, of: 'order' },
  },
  'inventory.movement': { written: { shift: 22, of: 'own' }, order_id: { shift: 22, of: 'order' } },
};

/** The batches of the outbox with none but the events of these orders. */
function eventsOfSeeds(market: string, keys: string): string {
  return `select market_id, batch.seq, count(*)::int as count, transaction, array_agg(type order by n) as types,
      array_agg(subject_kind order by n) as subject_kinds, array_agg(subject order by n) as subjects,
      array_agg(at order by n) as ats, array_agg(by order by n) as bys, array_agg(event.data order by n) as data
    from events.batch, unnest(types, subject_kinds, subjects, ats, bys, data) with ordinality
      as event (type, subject_kind, subject, at, by, data, n)
    where market_id = ${market} and subject = any(${keys})
    group by market_id, batch.seq, transaction`;
}

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
        `create unlogged table ${seed} as ${
          table === 'events.batch'
            ? eventsOfSeeds(market, keys)
            : `select * from ${table} where market_id = ${market} and ${reference} = any(${keys})`
        }`,
      );
      const values = await Promise.all(
        columns.map(async ({ name }) => {
          const column = moved[name];
          if (column === undefined) return name;
          const from =
            column.of === 'order'
              ? first!.key
              : (await db.query<{ key: string }>(`select min(${name})::text as key from ${seed}`))[0]!.key;
          // The copies lie a step apart; all keys of a copy lie behind its first.
          const shifted = (key: string): string =>
            `${key} - ${from} + ((${startMs} + k * ${stepMs}::bigint) << ${column.shift})`;
          return name === 'subjects'
            ? `(select array_agg(${shifted('subject')}) from unnest(subjects) as subject)`
            : shifted(name);
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
