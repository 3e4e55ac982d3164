import { type MarketId, type OrderId, invariant } from '@halfhour/kernel';
import { type EventFeed, type StoredEvent, handleNextEvents, readHead } from '../events/index.ts';
import type { Tx } from '../postgres/index.ts';
import { commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { removeOrders } from './route.ts';
import { lockRoutes, selectOpenRoutes, selectRoutes, selectRoutesOfOrders } from './route-store.ts';

/** Durable name of the reader; the place it keeps makes each cancellation take effect exactly once. */
const READER = 'delivery.cancellations';

/**
 * Takes cancelled orders off the open routes they are on, as far as events can be read now.
 *
 * @returns how many events were read
 */
export async function removeCancelled(deps: DeliveryDeps, marketId: MarketId): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await handleNextEvents(deps.db, marketId, READER, (tx, events) =>
      removeOrdersOf(tx, deps, marketId, events),
    );
    if (count === 0) return total;
    deps.onCommit(marketId);
    total += count;
  }
}

/** Does so at once and whenever an order is cancelled, until `signal` aborts. */
export async function followCancellations(
  deps: DeliveryDeps,
  marketId: MarketId,
  feed: EventFeed,
  options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<void> {
  // Where the feed begins is read first, so that no cancellation falls between the two.
  const from = await readHead(deps.db, marketId);
  let behind = true;
  const catchUp = async (): Promise<void> => {
    await removeCancelled(deps, marketId);
    behind = false;
  };
  await catchUp().catch(options.onError);
  await feed.follow(
    marketId,
    async (event) => {
      if (event.type !== 'OrderCancelled' && !behind) return;
      behind = true;
      await catchUp();
    },
    { ...options, from },
  );
}

async function removeOrdersOf(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  events: readonly StoredEvent[],
): Promise<void> {
  const cancelled = new Set(
    events.filter((event) => event.type === 'OrderCancelled').map((event) => event.subject as OrderId),
  );
  if (cancelled.size === 0) return;
  const routeIds = [...new Set((await selectRoutesOfOrders(tx, marketId, [...cancelled])).values())];
  if (routeIds.length === 0) return;
  await lockRoutes(tx, marketId, routeIds, []);
  const routes = await selectRoutes(tx, marketId, routeIds);
  invariant(routes.length === routeIds.length, 'a stop without its route');
  const open = await selectOpenRoutes(tx, marketId, [...new Set(routes.map((route) => route.courierId))]);
  const at = deps.clock.now();
  await commitRoutes(
    tx,
    deps,
    marketId,
    at,
    open,
    routes.map((before) => ({ before, after: removeOrders(before, cancelled, at), by: 'system' })),
  );
}
