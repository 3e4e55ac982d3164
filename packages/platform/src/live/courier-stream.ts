import type { Clock, CourierId } from '@halfhour/kernel';
import type { StreamMessage } from '../api/index.ts';
import { currentRoute, selectOpenRoutes, toRoute } from '../delivery/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { MarketView } from './market-view.ts';
import { toCourierMessage } from './stream-messages.ts';

/**
 * New work for a courier, and which of its orders are ready. Begins with the work as it is, whatever was missed:
 * the current route and the ready orders are all that a courier needs, so nothing has to be replayed.
 */
export async function* streamCourier(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  view: MarketView,
  courierId: CourierId,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage> {
  const leaving = new AbortController();
  const queue = view.subscribe(courierId, AbortSignal.any([signal, leaving.signal]));
  try {
    const { position } = view.projection;
    const current = currentRoute(await selectOpenRoutes(db, view.market.id, [courierId]));
    const at = clock.now();
    const route = current === undefined ? null : toRoute(current);
    yield toCourierMessage({ kind: 'route', position, event: 'Current', at, route })!;
    for (const { orderId } of current?.dropoffs ?? []) {
      const order = view.projection.orders.get(orderId);
      if (order?.state !== 'ready' || order.courierId !== courierId) continue;
      yield toCourierMessage({ kind: 'order_ready', position, orderId, at: order.readyAt ?? at })!;
    }
    for await (const change of queue) {
      const message = toCourierMessage(change);
      if (message !== undefined) yield message;
    }
  } finally {
    leaving.abort();
  }
}
