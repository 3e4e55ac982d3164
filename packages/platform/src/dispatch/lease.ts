import { type MarketId, keyOf } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

export interface LeaseRequest {
  readonly marketId: MarketId;
  /** Who asks: different for each process that lives at the same time. */
  readonly holder: string;
  /** For how long, in real seconds by the database's clock. */
  readonly seconds: number;
  /** The token it holds already; 0 for none. */
  readonly fencingToken: number;
}

/**
 * Takes a lease that is free, expired or already this holder's, or renews it. A holder that asks without
 * its token (it was started again) gets a new one, so that what it sent before it died is refused.
 *
 * @returns the fencing token, or undefined while another holds the lease
 */
export async function takeLease(
  db: Queryable,
  { marketId, holder, seconds, fencingToken }: LeaseRequest,
): Promise<number | undefined> {
  const rows = await db.query<{ fencing_token: string }>(
    `insert into dispatch.lease (market_id, holder, fencing_token, expires_at)
     values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
     on conflict (market_id) do update
       set holder = excluded.holder,
         fencing_token = lease.fencing_token
           + case when lease.holder = excluded.holder and lease.fencing_token = $4 then 0 else 1 end,
         expires_at = excluded.expires_at
       where lease.holder = excluded.holder or lease.expires_at <= clock_timestamp()
     returning fencing_token`,
    [keyOf(marketId), holder, seconds, fencingToken],
  );
  return rows[0] === undefined ? undefined : Number(rows[0].fencing_token);
}

/** Gives the lease back at once, so that another need not wait for it to expire. */
export async function releaseLease(
  db: Queryable,
  { marketId, holder, fencingToken }: Pick<LeaseRequest, 'marketId' | 'holder' | 'fencingToken'>,
): Promise<void> {
  await db.query(
    `update dispatch.lease set expires_at = clock_timestamp()
     where market_id = $1 and holder = $2 and fencing_token = $3`,
    [keyOf(marketId), holder, fencingToken],
  );
}
