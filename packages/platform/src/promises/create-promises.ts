import { isDeepStrictEqual } from 'node:util';
import type { Shortage } from '@halfhour/contract';
import { PromiseModel } from '@halfhour/engines/promise';
import {
  type MeasuresInForce,
  type ShortagePolicy,
  AS_USUAL,
  decideShortage,
  faultOfPolicy,
  inForce,
  measuresAt,
} from '@halfhour/engines/shortage';
import {
  type Clock,
  type MarketId,
  type Result,
  SECOND_MS,
  err,
  invariant,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { type Position, BEGINNING, appendEvents } from '../events/index.ts';
import type { MarketRecord, Markets } from '../markets/index.ts';
import { type PromiseSource, priorOf, secondOfDay } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { learnDeliveries, restore } from './learn-deliveries.ts';
import {
  type PolicyVersion,
  type Standing,
  NO_STANDING,
  insertPolicy,
  lockStanding,
  selectLearned,
  selectPolicy,
  selectStanding,
  updateStanding,
} from './promise-store.ts';
import type { MarketReading } from './reading.ts';

export interface PromisesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly markets: Pick<Markets, 'get'>;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
}

export interface Promises extends PromiseSource {
  /** Reads what was learned and decided since, here or in another process; run every few seconds. */
  follow(marketId: MarketId): Promise<void>;
  /** Learns from deliveries; in one process at a time, though two would do no harm. */
  learn(marketId: MarketId): Promise<void>;
  /** Takes how a market stands after a round of dispatch, and begins or ends a measure where it is time. */
  observe(marketId: MarketId, reading: MarketReading): Promise<void>;
  /** `not_found` where there is no such market. */
  shortage(marketId: MarketId): Promise<Result<Shortage, ApiError>>;
  /** Another version of the policy; the same again is none. `invalid_request` where it would flap. */
  setPolicy(
    marketId: MarketId,
    policy: ShortagePolicy,
    authority: Authority,
  ): Promise<Result<Shortage, ApiError>>;
  /** What is known here of what is done at the moment. */
  inForce(marketId: MarketId): MeasuresInForce;
  /** The same for whoever watches the market. */
  shown(marketId: MarketId): Pick<Shortage, 'measures' | 'changedAt' | 'breakingOrders'>;
  /** The market with what couriers earn at the moment. */
  paying: Pick<Markets, 'get'>;
}

/** What this process knows of a market; what a basket costs is a look at it. */
interface Known {
  readonly model: PromiseModel;
  learnedUpTo: Position;
  standing: Standing;
  policy: PolicyVersion | undefined;
  force: MeasuresInForce;
}

/** What a market promises; see the module's README. */
export function createPromises({ db, clock, markets, onCommit }: PromisesDeps): Promises {
  const known = new Map<MarketId, Known>();

  function knownOf({ id, policy }: MarketRecord): Known {
    let here = known.get(id);
    if (here === undefined) {
      here = {
        model: new PromiseModel(priorOf(policy)),
        learnedUpTo: BEGINNING,
        standing: NO_STANDING,
        policy: undefined,
        force: AS_USUAL,
      };
      known.set(id, here);
    }
    return here;
  }

  async function requireMarket(marketId: MarketId): Promise<MarketRecord> {
    const market = await markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    return market;
  }

  function stand(here: Known, standing: Standing, policy: PolicyVersion): void {
    here.standing = standing;
    here.policy = policy;
    here.force = inForce(measuresAt(policy.policy, standing.shortage.level));
  }

  async function follow(marketId: MarketId): Promise<void> {
    const here = knownOf(await requireMarket(marketId));
    const learned = await selectLearned(db, marketId, here.learnedUpTo);
    stand(here, await selectStanding(db, marketId), await selectPolicy(db, marketId));
    restore(here.model, learned);
    here.learnedUpTo = learned.version;
  }

  return {
    promise(market, { storeId, preparationSeconds, tripSeconds, now }) {
      const { model, standing, force } = knownOf(market);
      const { load } = standing;
      const { earliestSeconds, latestSeconds, quantiles, parts } = model.promise({
        storeKey: storeId,
        preparationSeconds,
        travelSeconds: tripSeconds,
        secondOfDay: secondOfDay(now, market.timeZone),
        load,
      });
      return {
        earliestSeconds,
        latestSeconds: latestSeconds + force.longerSeconds,
        basis: {
          tripSeconds,
          load,
          quantiles,
          parts,
          shortageSeconds: force.longerSeconds,
        },
      };
    },
    measures: (market) => knownOf(market).force,
    follow,

    async learn(marketId) {
      await learnDeliveries(db, await requireMarket(marketId));
    },

    async observe(marketId, { load, breakingOrders }) {
      const here = knownOf(await requireMarket(marketId));
      const at = clock.now();
      const [standing, version, changed] = await db.transaction(async (tx) => {
        const before = await lockStanding(tx, marketId);
        const current = await selectPolicy(tx, marketId);
        const shortage = decideShortage(current.policy, before.shortage, {
          atSeconds: Math.floor(at / SECOND_MS),
          openOrders: load.openOrders,
          breakingOrders,
        });
        const isChange = shortage.level !== before.shortage.level;
        const after: Standing = {
          load,
          breakingOrders,
          shortage,
          changedAt: isChange ? at : before.changedAt,
        };
        await updateStanding(tx, marketId, after);
        if (isChange) {
          const measures = measuresAt(current.policy, shortage.level);
          appendEvents(tx, marketId, [
            {
              type: 'ShortageMeasuresChanged',
              subject: marketId,
              at,
              by: 'system',
              data: {
                measures,
                previousLevel: before.shortage.level,
                policyVersion: current.version,
                openOrders: load.openOrders,
                breakingOrders,
                couriersOnShift: load.couriersOnShift,
              },
            },
          ]);
        }
        return [after, current, isChange] as const;
      });
      stand(here, standing, version);
      if (changed) onCommit(marketId);
    },

    async shortage(marketId) {
      if ((await markets.get(marketId)) === undefined) return err({ code: 'not_found' });
      return ok(toShortage(await selectStanding(db, marketId), await selectPolicy(db, marketId)));
    },

    async setPolicy(marketId, policy, authority) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const fault = faultOfPolicy(policy);
      if (fault !== undefined) return err({ code: 'invalid_request', detail: fault });
      const [standing, current, changed] = await db.transaction(async (tx) => {
        const before = await lockStanding(tx, marketId);
        const { version, policy: old } = await selectPolicy(tx, marketId);
        if (version > 0 && isDeepStrictEqual(old, policy))
          return [before, { version, policy: old }, false] as const;
        const next = { version: version + 1, policy };
        await insertPolicy(tx, marketId, next, clock.now(), authority.userId);
        appendEvents(tx, marketId, [
          {
            type: 'ShortagePolicyChanged',
            subject: marketId,
            at: clock.now(),
            by: authority.role,
            data: { version: next.version, policy, userId: authority.userId },
          },
        ]);
        return [before, next, true] as const;
      });
      stand(knownOf(market), standing, current);
      if (changed) onCommit(marketId);
      return ok(toShortage(standing, current));
    },

    inForce: (marketId) => known.get(marketId)?.force ?? AS_USUAL,

    shown(marketId) {
      const here = known.get(marketId);
      if (here?.policy === undefined) return { measures: [], breakingOrders: 0 };
      const { measures, changedAt, breakingOrders } = toShortage(here.standing, here.policy);
      return { measures, breakingOrders, ...(changedAt === undefined ? {} : { changedAt }) };
    },

    paying: {
      async get(marketId) {
        const market = await markets.get(marketId);
        const shareBp = known.get(marketId)?.force.courierPayBp ?? 10_000;
        if (market === undefined || shareBp === 10_000) return market;
        const surged = (minor: number): number => Math.round((minor * shareBp) / 10_000);
        return {
          ...market,
          policy: {
            ...market.policy,
            courierPayPerOrderMinor: surged(market.policy.courierPayPerOrderMinor),
            courierPayPerKmMinor: surged(market.policy.courierPayPerKmMinor),
          },
        };
      },
    },
  };
}

function toShortage(
  { load, breakingOrders, shortage, changedAt }: Standing,
  current: PolicyVersion,
): Shortage {
  return {
    measures: [...measuresAt(current.policy, shortage.level)],
    ...(changedAt === undefined ? {} : { changedAt: toRfc3339(changedAt) }),
    load,
    breakingOrders,
    policy: { ...current.policy, measures: [...current.policy.measures] },
    policyVersion: current.version,
  };
}
