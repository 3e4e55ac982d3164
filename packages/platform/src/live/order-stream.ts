import type { StreamMessage } from '../api/index.ts';
import { type Position, comparePositions } from '../events/index.ts';
import { type OrderRecord, readOrderHistory, selectOrders } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { MarketView } from './market-view.ts';
import { orderMessage, toOrderMessage } from './stream-messages.ts';

/**
 * What happens to one order after `after`, or after its newest event, which then comes first so that nobody has to
 * ask for the order as well; and where its courier is, from the pickup on.
 */
export async function* streamOrder(
  db: Queryable,
  view: MarketView,
  { id, marketId }: Pick<OrderRecord, 'id' | 'marketId'>,
  viewer: { readonly seesDeliveryCode: boolean },
  after: Position | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage> {
  const leaving = new AbortController();
  const queue = view.subscribe(id, AbortSignal.any([signal, leaving.signal]));
  try {
    const history = await readOrderHistory(db, marketId, id);
    const missed =
      after === undefined
        ? history.slice(-1)
        : history.filter((event) => comparePositions(event.position, after) > 0);
    const order = (await selectOrders(db, marketId, [id])).get(id);
    let last = after;
    for (const { position, type, at } of missed) {
      if (order !== undefined) yield orderMessage({ position, event: type, at, order }, viewer);
      last = position;
    }
    for await (const change of queue) {
      const position = change.kind === 'order' ? change.position : undefined;
      // What the history had already.
      if (position !== undefined && last !== undefined && comparePositions(position, last) <= 0) continue;
      const message = toOrderMessage(change, viewer);
      if (message !== undefined) yield message;
    }
  } finally {
    leaving.abort();
  }
}
