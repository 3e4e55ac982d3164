import type { OrderState } from '@halfhour/contract';
import type { MarketLoad } from '@halfhour/engines/promise';
import { type EpochMs, SECOND_MS } from '@halfhour/kernel';

/** What of an open order says how busy its market is. */
export interface OpenOrder {
  readonly state: OrderState;
  /** Of a scheduled order: when the store is to begin; until then it is no work for anyone. */
  readonly prepareAt: EpochMs | undefined;
  readonly promiseLatest: EpochMs;
  readonly readyAt: EpochMs | undefined;
  readonly expectedDeliveryAt: EpochMs | undefined;
}

/** A market after a round of dispatch. */
export interface MarketReading {
  readonly load: MarketLoad;
  /** Open orders that the plan brings after their promise, or finds nobody for. */
  readonly breakingOrders: number;
}

/** @param unassigned how many orders the plan finds no courier for */
export function readMarket(
  orders: Iterable<OpenOrder>,
  couriersOnShift: number,
  unassigned: number,
  now: EpochMs,
): MarketReading {
  let [openOrders, late, ready, waitedMs] = [0, 0, 0, 0];
  for (const { state, prepareAt, promiseLatest, readyAt, expectedDeliveryAt } of orders) {
    if (prepareAt !== undefined && now < prepareAt) continue;
    openOrders++;
    if (Math.max(now, expectedDeliveryAt ?? now) > promiseLatest) late++;
    if (state === 'ready' && readyAt !== undefined) {
      ready++;
      waitedMs += Math.max(0, now - readyAt);
    }
  }
  return {
    load: {
      openOrders,
      couriersOnShift,
      readyWaitSeconds: ready === 0 ? 0 : Math.round(waitedMs / ready / SECOND_MS),
    },
    breakingOrders: Math.min(openOrders, late + unassigned),
  };
}
