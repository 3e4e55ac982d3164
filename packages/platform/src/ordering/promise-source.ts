import {
  type MarketLoad,
  type PromisePrior,
  PromiseModel,
  type PromiseWindow,
} from '@halfhour/engines/promise';
import { AS_USUAL, type MeasuresInForce } from '@halfhour/engines/shortage';
import { type EpochMs, type StoreId, localTime } from '@halfhour/kernel';
import type { MarketPolicy, MarketRecord } from '../markets/index.ts';

/** Time for the store to see an order, and for a courier to be found and to hand over, where nothing is known yet. */
export const ACCEPTANCE_SECONDS = 60;
export const COURIER_SECONDS = 240;

/** What is asked about an order before it is promised. */
export interface PromiseQuestion {
  readonly storeId: StoreId;
  readonly preparationSeconds: number;
  readonly tripSeconds: number;
  readonly now: EpochMs;
}

/** Why an order was promised what it was; kept with it, so that its delivery can be learned from. */
export interface PromiseBasis {
  readonly tripSeconds: number;
  readonly load: MarketLoad;
  readonly quantiles: readonly number[];
  readonly parts: PromiseWindow['parts'];
  /** What a shortage had put on top. */
  readonly shortageSeconds: number;
}

export interface Promised {
  readonly earliestSeconds: number;
  readonly latestSeconds: number;
  /** Absent where nothing is learned. */
  readonly basis?: PromiseBasis;
}

/**
 * What a market promises, and what it does about a shortage. Asked for every basket, so it answers from memory; the
 * same until it has learned something.
 */
export interface PromiseSource {
  promise(market: MarketRecord, question: PromiseQuestion): Promised;
  measures(market: MarketRecord): MeasuresInForce;
}

/** What a market without history promises: its windows are as wide as its policy says. */
export function priorOf({ promiseWindowSeconds }: MarketPolicy): PromisePrior {
  return {
    acceptanceSeconds: ACCEPTANCE_SECONDS,
    courierSeconds: COURIER_SECONDS,
    windowSeconds: promiseWindowSeconds,
  };
}

/** For markets where nothing is learned: each promise is the prior's. */
export function createPriorPromises(): PromiseSource {
  const models = new Map<number, PromiseModel>();
  return {
    promise(market, question) {
      const { promiseWindowSeconds } = market.policy;
      let model = models.get(promiseWindowSeconds);
      if (model === undefined)
        models.set(promiseWindowSeconds, (model = new PromiseModel(priorOf(market.policy))));
      return model.promise({
        storeKey: question.storeId,
        preparationSeconds: question.preparationSeconds,
        travelSeconds: question.tripSeconds,
        secondOfDay: secondOfDay(question.now, market.timeZone),
        load: { openOrders: 0, couriersOnShift: 0, readyWaitSeconds: 0 },
      });
    },
    measures: () => AS_USUAL,
  };
}

/** Seconds since midnight on the market's wall clock, by whole minutes. */
export function secondOfDay(moment: EpochMs, timeZone: string): number {
  return localTime(moment, timeZone).minuteOfDay * 60;
}
