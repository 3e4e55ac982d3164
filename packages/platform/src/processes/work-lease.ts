import { type MarketId, keyOf } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

export interface WorkClaim {
  /** The market whose work it is; absent for work that belongs to none. */
  readonly marketId: MarketId | undefined;
  readonly name: string;
  /** Who asks: different for each process that lives at the same time. */
  readonly holder: string;
  /** Real seconds by the database's clock until another may take it. */
  readonly seconds: number;
}

/**
 * Takes or renews work that one process at a time should do. It saves the others the work and fences nothing: a
 * holder that is held up may do it at the same time as the next one, which the work itself must bear.
 *
 * @returns whether this holder is to do it now
 */
export async function takeWork(
  db: Queryable,
  { marketId, name, holder, seconds }: WorkClaim,
): Promise<boolean> {
  const rows = await db.query(
    `insert into processes.work (market_id, name, holder, expires_at)
     values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
     on conflict (market_id, name) do update
       set holder = excluded.holder, expires_at = excluded.expires_at
       where work.holder = excluded.holder or work.expires_at <= clock_timestamp()
     returning 1 as one`,
    [marketId === undefined ? '0' : keyOf(marketId), name, holder, seconds],
  );
  return rows.length === 1;
}

/** Gives all that a holder has back at once. */
export async function releaseWork(db: Queryable, holder: string): Promise<void> {
  await db.query('update processes.work set expires_at = clock_timestamp() where holder = $1', [holder]);
}
