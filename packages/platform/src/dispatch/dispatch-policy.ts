import type { DispatchPolicy as DispatchTerms } from '@halfhour/contract';
import { type DispatchPolicy, defaultPolicy } from '@halfhour/engines/dispatch';
import {
  type Clock,
  type EpochMs,
  type MarketId,
  type Result,
  err,
  keyOf,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import { isDeepStrictEqual } from 'node:util';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Database, Queryable } from '../postgres/index.ts';

/** What the operator sets; how the search goes about it stays with the engine. */
export interface PolicyVersion {
  /** 0 where nobody has set one, and the defaults are in force. */
  readonly version: number;
  readonly terms: DispatchTerms;
  readonly setAt?: EpochMs;
}

/** Late beyond bearing, where the operator says nothing else. */
export const LATEST_AFTER_SECONDS = 90 * 60;

const DEFAULT_TERMS: DispatchTerms = {
  clickToDoorWeight: defaultPolicy.clickToDoorWeight,
  overageWeight: defaultPolicy.overageWeight,
  beyondLatestWeight: defaultPolicy.beyondLatestWeight,
  foodWaitingWeight: defaultPolicy.foodWaitingWeight,
  courierTimeWeight: defaultPolicy.courierTimeWeight,
  fairnessCostSeconds: defaultPolicy.fairnessCostSeconds,
  declineCostSeconds: defaultPolicy.declineCostSeconds,
  changeCostSeconds: defaultPolicy.changeCostSeconds,
  replanCostSeconds: defaultPolicy.replanCostSeconds,
  unservedCostSeconds: defaultPolicy.unservedCostSeconds,
  latestAfterSeconds: LATEST_AFTER_SECONDS,
  readyQuantile: defaultPolicy.readyQuantile,
  pickupServiceSeconds: defaultPolicy.pickupServiceSeconds,
  dropServiceSeconds: defaultPolicy.dropServiceSeconds,
  maxBundleOrders: defaultPolicy.maxBundleOrders,
};

/** The engine's policy as the operator's terms change it. */
export function policyWith(base: DispatchPolicy, terms: DispatchTerms): DispatchPolicy {
  const { latestAfterSeconds: _, ...objective } = terms;
  return { ...base, ...objective };
}

/** The policy in force: the defaults, version 0, where nobody has set one. */
export async function selectPolicy(db: Queryable, marketId: MarketId): Promise<PolicyVersion> {
  const [row] = await db.query<{ version: number; document: Partial<DispatchTerms>; set_at: EpochMs }>(
    `select version, document, set_at from dispatch.policy where market_id = $1 order by version desc limit 1`,
    [keyOf(marketId)],
  );
  if (row === undefined) return { version: 0, terms: DEFAULT_TERMS };
  // A term that is younger than the version has its default.
  return { version: row.version, terms: { ...DEFAULT_TERMS, ...row.document }, setAt: row.set_at };
}

export interface PolicyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly markets: Pick<Markets, 'get'>;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
}

/** Another version of the policy; the same again is none. Errors: `not_found`, `invalid_request`. */
export async function setPolicy(
  { db, clock, markets, onCommit }: PolicyDeps,
  marketId: MarketId,
  terms: DispatchTerms,
  authority: Authority,
): Promise<Result<PolicyVersion, ApiError>> {
  if ((await markets.get(marketId)) === undefined) return err({ code: 'not_found' });
  const at = clock.now();
  const result = await db.transaction(async (tx) => {
    // Of two who set at the same time the second sees the first.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('dispatch.policy', $1::bigint))`, [
      keyOf(marketId),
    ]);
    const before = await selectPolicy(tx, marketId);
    if (before.version > 0 && isDeepStrictEqual(before.terms, { ...terms })) return before;
    const version = before.version + 1;
    await tx.query(
      `insert into dispatch.policy (market_id, version, document, set_at, set_by)
       values ($1, $2, $3::jsonb, $4::timestamptz, $5)`,
      [keyOf(marketId), version, JSON.stringify(terms), toRfc3339(at), authority.userId],
    );
    appendEvents(tx, marketId, [
      {
        type: 'DispatchPolicyChanged',
        subject: marketId,
        at,
        by: authority.role,
        data: { version, policy: terms, userId: authority.userId },
      },
    ]);
    return { version, terms, setAt: at };
  });
  onCommit(marketId);
  return ok(result);
}

/** The policy as the API shows it. */
export function toPolicyVersion({ version, terms, setAt }: PolicyVersion) {
  return {
    version,
    policy: { ...terms },
    ...(setAt === undefined ? {} : { setAt: toRfc3339(setAt) }),
  };
}
