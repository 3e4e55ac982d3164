import { type MarketId, keyOf } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

/**
 * Takes the market's lease for `holder` or prolongs it; undefined while another holds it. One statement, so
 * two that ask at once are told different things.
 * @returns the fencing token, another one whenever the lease had been lost in between
 */
export async function takeLease(
  db: Queryable,
  marketId: MarketId,
  holder: string,
  ttlMs: number,
): Promise<number | undefined> {
  const rows = await db.query<{ fencing_token: string }>(
    `insert into dispatch.lease as lease (market_id, holder, fencing_token, expires_at)
     values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (market_id) do update
       set holder = excluded.holder,
         expires_at = excluded.expires_at,
         fencing_token = lease.fencing_token
           + case when lease.holder = excluded.holder and lease.expires_at > clock_timestamp() then 0 else 1 end
       where lease.holder = excluded.holder or lease.expires_at <= clock_timestamp()
     returning fencing_token`,
    [keyOf(marketId), holder, ttlMs],
  );
  return rows[0] === undefined ? undefined : Number(rows[0].fencing_token);
}

/** Lets the next holder begin at once. */
export async function releaseLease(db: Queryable, marketId: MarketId, holder: string): Promise<void> {
  await db.query(
    `update dispatch.lease set expires_at = clock_timestamp() where market_id = $1 and holder = $2`,
    [keyOf(marketId), holder],
  );
}
