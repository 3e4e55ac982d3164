import { type CourierId, type EpochMs, type MarketId, type RouteId, invariant } from '@halfhour/kernel';
import { setCourierWork } from '../couriers/index.ts';
import { appendEvents } from '../events/index.ts';
import { COURIER_PAY, courierPayable, postTransactions } from '../ledger/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { DeliveryDeps } from './delivery.ts';
import { type RouteRecord, workOf } from './route.ts';
import { routeEvents } from './route-events.ts';
import { type RouteChange, saveRoutes } from './route-store.ts';

/** A change of a route and who made it. */
export interface MadeChange extends RouteChange {
  readonly by: string;
}

/**
 * Writes changed routes with all that goes with them: the couriers' work, the pay of routes that are done
 * (debit courier pay, credit what the courier is owed; once for each route) and the events.
 *
 * @param open the open routes of all couriers concerned, as they were before the changes
 */
export async function commitRoutes(
  tx: Tx,
  deps: Pick<DeliveryDeps, 'ids' | 'markets'>,
  marketId: MarketId,
  at: EpochMs,
  open: readonly RouteRecord[],
  changes: readonly MadeChange[],
): Promise<void> {
  const changed = changes.filter(({ before, after }) => before !== after);
  if (changed.length === 0) return;
  await saveRoutes(tx, marketId, changed);

  const now = new Map<RouteId, RouteRecord>(open.map((route) => [route.id, route]));
  for (const { after } of changed) now.set(after.id, after);
  const byCourier = new Map<CourierId, RouteRecord[]>(
    changed.map(({ after }) => [after.courierId, [] as RouteRecord[]]),
  );
  for (const route of now.values()) byCourier.get(route.courierId)?.push(route);
  await setCourierWork(
    tx,
    marketId,
    [...byCourier]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([courierId, routes]) => ({ courierId, ...workOf(routes) })),
    at,
  );

  const paid = changed.filter(
    ({ before, after }) => after.state === 'done' && before?.state !== 'done' && after.payMinor > 0,
  );
  if (paid.length > 0) {
    const market = await deps.markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    postTransactions(
      tx,
      marketId,
      deps.ids,
      paid.map(({ after }) => ({
        kind: 'courier_pay',
        reference: after.id,
        currency: market.currency,
        postedAt: at,
        postings: [
          { account: COURIER_PAY, amountMinor: after.payMinor },
          { account: courierPayable(after.courierId), amountMinor: -after.payMinor },
        ],
      })),
    );
  }
  appendEvents(
    tx,
    marketId,
    changed.flatMap(({ before, after, by }) => routeEvents(before, after, at, by)),
  );
}
