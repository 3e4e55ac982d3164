import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type RouteId,
  invariant,
} from '@halfhour/kernel';
import { type CourierWork, setCourierWork } from '../couriers/index.ts';
import { appendEvents } from '../events/index.ts';
import { COURIER_PAY, courierPayable, postTransactions } from '../ledger/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { DeliveryDeps } from './delivery.ts';
import type { KeptRoute } from './kept-route.ts';
import { type RouteRecord, payOf, workOf } from './route.ts';
import { routeEvents } from './route-events.ts';
import { type RouteChange, saveRoutes } from './route-store.ts';

/** Kind of the transaction that pays a route. */
export const ROUTE_PAY = 'courier_pay';

/** A change of a route and who made it. */
export interface MadeChange extends RouteChange {
  readonly by: string;
}

/** What stands against the commit; for whoever gives work to look at. */
export interface Committed {
  /** Orders that come to a route and are on another one. */
  readonly taken: readonly OrderId[];
  /** Couriers among those whose work has changed who take new work. */
  readonly available: ReadonlySet<CourierId>;
}

/**
 * Writes changed routes with all that goes with them: the couriers' work, the pay of routes that are done
 * (debit courier pay, credit what the courier is owed; once for each route) and the events.
 *
 * @param held the open routes of all couriers concerned, as they were before the changes
 */
export async function commitRoutes(
  tx: Tx,
  deps: Pick<DeliveryDeps, 'ids' | 'markets'>,
  marketId: MarketId,
  at: EpochMs,
  held: ReadonlyMap<RouteId, KeptRoute>,
  changes: readonly MadeChange[],
): Promise<Committed> {
  const kept = changes.filter(({ before, after }) => before !== after);
  const changed = kept.map(({ before, after, by }) => ({ before: before?.route, after: after.route, by }));
  // At the same time: one message to Postgres and one back.
  const [taken, available] = await Promise.all([
    saveRoutes(tx, marketId, kept),
    setCourierWork(tx, marketId, changedWork(held, changed), at),
  ]);

  const paid = changed.filter(
    ({ before, after }) => after.state === 'done' && before?.state !== 'done' && payOf(after) > 0,
  );
  if (paid.length > 0) {
    const market = await deps.markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    postTransactions(
      tx,
      marketId,
      deps.ids,
      paid.map(({ after }) => ({
        kind: ROUTE_PAY,
        reference: after.id,
        currency: market.currency,
        postedAt: at,
        postings: [
          { account: COURIER_PAY, amountMinor: payOf(after) },
          { account: courierPayable(after.courierId), amountMinor: -payOf(after) },
        ],
      })),
    );
  }
  appendEvents(
    tx,
    marketId,
    changed.flatMap(({ before, after, by }) => routeEvents(before, after, at, by)),
  );
  return { taken, available };
}

/** What couriers do now that they did not do before. */
function changedWork(
  held: ReadonlyMap<RouteId, KeptRoute>,
  changed: readonly { readonly after: RouteRecord }[],
): CourierWork[] {
  const couriers = new Map(
    changed.map(({ after }) => [after.courierId, { before: [] as RouteRecord[], now: [] as RouteRecord[] }]),
  );
  const left = new Map(changed.map(({ after }) => [after.id, after]));
  for (const { route } of held.values()) {
    const courier = couriers.get(route.courierId);
    courier?.before.push(route);
    courier?.now.push(left.get(route.id) ?? route);
    left.delete(route.id);
  }
  for (const route of left.values()) couriers.get(route.courierId)!.now.push(route);
  return [...couriers].flatMap(([courierId, { before, now }]) => {
    const [was, work] = [workOf(before), workOf(now)];
    return was.status === work.status && was.load === work.load ? [] : [{ courierId, ...work }];
  });
}
