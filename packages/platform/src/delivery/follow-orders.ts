import type { Address } from '@halfhour/contract';
import { type MarketId, type OrderId, invariant } from '@halfhour/kernel';
import { type EventFeed, type StoredEvent, handleNextEvents } from '../events/index.ts';
import type { Tx } from '../postgres/index.ts';
import { commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { relaid } from './kept-route.ts';
import { moveOrders, removeOrders } from './route.ts';
import { lockRoutes, selectRoutesOfOrders } from './route-store.ts';
import { topUpShifts } from './top-up-shifts.ts';

/** Durable name of the reader; the place it keeps makes each event take effect exactly once. */
const READER = 'delivery.cancellations';
const FOLLOWED: ReadonlySet<string> = new Set(['OrderCancelled', 'OrderAddressChanged', 'ShiftEnded']);

/**
 * Takes cancelled orders off the open routes they are on, gives others the door that they go to now, and tops up the
 * pay of shifts that ended, as far as events can be read.
 *
 * @returns how many events were read
 */
export async function takeOrderEvents(deps: DeliveryDeps, marketId: MarketId): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await handleNextEvents(deps.db, marketId, READER, async (tx, events) => {
      await changeRoutes(tx, deps, marketId, events);
      await topUpShifts(tx, deps, marketId, events);
    });
    if (count === 0) return total;
    deps.onCommit(marketId);
    total += count;
  }
}

/** Does so at once and whenever an order is cancelled or goes elsewhere or a shift ends, until `signal` aborts. */
export async function followOrders(
  deps: DeliveryDeps,
  marketId: MarketId,
  feed: EventFeed,
  options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<void> {
  const catchUp = async (): Promise<void> => void (await takeOrderEvents(deps, marketId));
  await feed.follow(marketId, (event) => (FOLLOWED.has(event.type) ? catchUp() : undefined), {
    ...options,
    begin: catchUp,
  });
}

async function changeRoutes(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  events: readonly StoredEvent[],
): Promise<void> {
  const cancelled = new Set(
    events.filter((event) => event.type === 'OrderCancelled').map((event) => event.subject as OrderId),
  );
  const moved = events.filter((event) => event.type === 'OrderAddressChanged');
  const concerned = [...new Set([...cancelled, ...moved.map((event) => event.subject as OrderId)])];
  if (concerned.length === 0) return;
  const routeIds = [...new Set((await selectRoutesOfOrders(tx, marketId, concerned)).values())];
  if (routeIds.length === 0) return;
  const held = await lockRoutes(tx, marketId, routeIds, []);
  // In the order of the events, so that the last address stays.
  const places = new Map(moved.map(({ subject, data }) => [subject as OrderId, data['address'] as Address]));
  const at = deps.clock.now();
  await commitRoutes(
    tx,
    deps,
    marketId,
    at,
    held,
    routeIds.map((routeId) => {
      const before = held.get(routeId);
      invariant(before !== undefined, 'an order is on a route that is not there');
      const route = removeOrders(moveOrders(before.route, places), cancelled, at);
      return { before, after: relaid(before, route), by: 'system' };
    }),
  );
}
