import { type IdSource, type MarketId, SECOND_MS, keyOf } from '@halfhour/kernel';
import type { Database, Queryable } from '../postgres/index.ts';

/** Bits of an id below its milliseconds; see kernel/ids. */
const BELOW_MS = 22n;

export interface RollUpOptions {
  /**
   * Who posts draws an id, and the transaction is there when it commits; ids younger than this may still be on their
   * way. One that comes later all the same is refused, and drawn anew. Clocks of processes may differ by as much.
   */
  readonly lagMs: number;
  /** Fewer transactions are read as quickly where they are. */
  readonly atLeast: number;
  /** More would make an account's page long: a balance within it sums its entries. */
  readonly atMost: number;
}

const OPTIONS: RollUpOptions = { lagMs: 5 * SECOND_MS, atLeast: 2_048, atMost: 16_384 };

/**
 * Gathers the entries of each account from transactions that are old enough into pages, a run at a time, until too few
 * are left. In the background: who posts waits for it only as long as those who are posting take to commit, once a run.
 * Two at a time do no harm.
 * @returns how many transactions it has gathered
 */
export async function rollUp(
  db: Database,
  ids: IdSource,
  marketId: MarketId,
  options: RollUpOptions = OPTIONS,
): Promise<number> {
  const settled = BigInt(keyOf(ids.next('txn'))) - (BigInt(options.lagMs) << BELOW_MS);
  let gathered = 0;
  for (;;) {
    // First what was promised and not kept: a process may have died between the two.
    gathered += await writePages(db, marketId);
    const through = await nextThrough(db, marketId, settled, options);
    if (through === undefined) return gathered;
    await promise(db, marketId, through);
  }
}

/** The last id of the next run. */
async function nextThrough(
  db: Queryable,
  marketId: MarketId,
  settled: bigint,
  { atLeast, atMost }: RollUpOptions,
): Promise<string | undefined> {
  const [run] = await db.query<{ transactions: number; through: string }>(
    `select count(*)::int as transactions, max(transaction_id) as through
     from (
       select transaction_id from ledger.transaction
       where market_id = $1 and transaction_id <= $2
         and transaction_id > coalesce((select promised_through from ledger.rolled where market_id = $1), 0)
       order by transaction_id
       limit $3
     ) as next`,
    [keyOf(marketId), settled.toString(), atMost],
  );
  return run!.transactions < atLeast ? undefined : run!.through;
}

/** From its commit on no transaction up to `through` is taken; those that were being posted are there. */
async function promise(db: Database, marketId: MarketId, through: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(ledger.posting_lock($1))`, [keyOf(marketId)]);
    await tx.query(
      `insert into ledger.rolled as rolled (market_id, promised_through, rolled_through) values ($1, $2, 0)
       on conflict (market_id) do update set promised_through = greatest(rolled.promised_through, excluded.promised_through)`,
      [keyOf(marketId), through],
    );
  });
}

/** Keeps what was promised. @returns how many transactions are in the pages */
async function writePages(db: Database, marketId: MarketId): Promise<number> {
  return db.transaction(async (tx) => {
    const [run] = await tx.query<{ promised_through: string; rolled_through: string }>(
      `select promised_through, rolled_through from ledger.rolled where market_id = $1 for update`,
      [keyOf(marketId)],
    );
    if (run === undefined || run.promised_through === run.rolled_through) return 0;
    const bounds = [keyOf(marketId), run.rolled_through, run.promised_through];
    await tx.query(
      `insert into ledger.page
         (market_id, account_id, through, first_id, entries, earliest_at, latest_at, sum_minor, transaction_ids, posted_ats,
          amounts_minor)
       select $1, account_id, $3, min(transaction_id), count(*), min(posted_at), max(posted_at), sum(amount_minor),
         array_agg(transaction_id order by transaction_id), array_agg(posted_at order by transaction_id),
         array_agg(amount_minor order by transaction_id)
       from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
       where market_id = $1 and transaction_id > $2 and transaction_id <= $3
       group by account_id`,
      bounds,
    );
    await tx.query(`update ledger.rolled set rolled_through = $2 where market_id = $1`, [
      keyOf(marketId),
      run.promised_through,
    ]);
    const [read] = await tx.query<{ transactions: number }>(
      `select count(*)::int as transactions from ledger.transaction
       where market_id = $1 and transaction_id > $2 and transaction_id <= $3`,
      bounds,
    );
    return read!.transactions;
  });
}
