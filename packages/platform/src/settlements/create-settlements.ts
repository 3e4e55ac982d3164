import { type MarketId, MINUTE_MS, addMs, invariant, localTime } from '@halfhour/kernel';
import { selectPolicy } from './collector.ts';
import type { SettlementDeps } from './deps.ts';
import { sendPayouts } from './payouts/send-payouts.ts';
import { startRunOfDay } from './runs/start-run.ts';

export interface Settlements {
  readonly deps: SettlementDeps;
  /** Starts runs that are due by schedule, sends payouts, and asks about those that are pending. */
  sweep(marketId: MarketId): Promise<void>;
}

const MONDAY = 1;

export function createSettlements(deps: SettlementDeps): Settlements {
  return {
    deps,
    async sweep(marketId) {
      await startDueRuns(deps, marketId);
      await sendPayouts(deps, marketId);
    },
  };
}

/**
 * Starts the runs of today, up to last midnight of the market. On the two days a year on which clocks change the cut is
 * an hour off midnight, which costs nothing: what is after it is in the next run.
 */
async function startDueRuns(deps: SettlementDeps, marketId: MarketId): Promise<void> {
  const market = await deps.markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const policy = await selectPolicy(deps.db, marketId);
  const now = deps.clock.now();
  const today = localTime(now, market.timeZone);
  const upTo = addMs(now, -today.minuteOfDay * MINUTE_MS - (now % MINUTE_MS));
  for (const payees of ['merchants', 'couriers'] as const) {
    const schedule = policy[payees];
    const isDue = schedule === 'daily' || (schedule === 'weekly' && today.weekday === MONDAY);
    if (isDue) await startRunOfDay(deps, marketId, { payees, day: today.date, upTo });
  }
}
