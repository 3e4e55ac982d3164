import { type Clock, type MarketId, type Result, type StoreId, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority, Handlers } from '../api/index.ts';
import { maySteer, selectCouriers } from '../couriers/index.ts';
import { type Position, parsePosition } from '../events/index.ts';
import { findOwn } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { mayChange, selectStores } from '../stores/index.ts';
import { streamCourier } from './courier-stream.ts';
import type { Live } from './create-live.ts';
import type { MarketView } from './market-view.ts';
import { streamMarket, streamStore } from './market-stream.ts';
import { showDesk } from './store-desk.ts';
import { streamOrder } from './order-stream.ts';

export function createLiveRoutes({
  db,
  clock,
  live,
}: {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly live: Live;
}): Handlers<
  | 'getLive'
  | 'getStoreDesk'
  | 'listNearbyCouriers'
  | 'streamMarket'
  | 'streamStore'
  | 'streamOrder'
  | 'streamCourier'
> {
  /** The view of a market, for who may watch one of its stores. */
  async function viewOfStore(
    { marketId, storeId }: { readonly marketId: MarketId; readonly storeId: StoreId },
    authority: Authority | undefined,
  ): Promise<MarketView | undefined> {
    const store = (await selectStores(db, marketId, [storeId])).get(storeId);
    return store !== undefined && mayChange(authority, store) ? live.view(marketId) : undefined;
  }

  return {
    async getLive({ params }) {
      const view = await live.view(params.marketId);
      return view === undefined ? err({ code: 'not_found' }) : ok(await view.snapshot());
    },

    async getStoreDesk({ params, authority }) {
      const view = await viewOfStore(params, authority);
      const desk = view === undefined ? undefined : showDesk(view, params.storeId, clock.now());
      return desk === undefined ? err({ code: 'not_found' }) : ok(desk);
    },

    async listNearbyCouriers({ params, query: { lat, lng, free, ...query } }) {
      const view = await live.view(params.marketId);
      if (view === undefined) return err({ code: 'not_found' });
      return ok({ items: view.nearby({ lat, lng }, { ...query, free: free === 'yes' }) });
    },

    async streamMarket({ params, query, after, signal }) {
      const from = readAfter(after ?? query.after);
      if (!from.ok) return from;
      const view = await live.view(params.marketId);
      if (view === undefined) return err({ code: 'not_found' });
      return ok(streamMarket({ db, clock }, view, from.value, signal));
    },

    async streamStore({ params, query, authority, after, signal }) {
      const from = readAfter(after ?? query.after);
      if (!from.ok) return from;
      const view = await viewOfStore(params, authority);
      if (view === undefined) return err({ code: 'not_found' });
      return ok(streamStore({ db, clock }, view, params.storeId, from.value, signal));
    },

    async streamOrder({ params, query, authority, after, signal }) {
      const from = readAfter(after ?? query.after);
      if (!from.ok) return from;
      const found = await findOwn(db, { params, authority });
      if (!found.ok) return found;
      const view = await live.view(params.marketId);
      if (view === undefined) return err({ code: 'not_found' });
      const { order, authority: who } = found.value;
      // As getOrder shows it: the code is for who stands at the door, and for the operator.
      const seesDeliveryCode = who.role === 'shopper' || who.scope !== 'own';
      return ok(streamOrder(db, view, order, { seesDeliveryCode }, from.value, signal));
    },

    async streamCourier({ params: { marketId, courierId }, query, authority, after, signal }) {
      const from = readAfter(after ?? query.after);
      if (!from.ok) return from;
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      const view = courier === undefined ? undefined : await live.view(marketId);
      if (view === undefined) return err({ code: 'not_found' });
      return ok(streamCourier({ db, clock }, view, courierId, signal));
    },
  };
}

function readAfter(text: string | undefined): Result<Position | undefined, ApiError> {
  if (text === undefined) return ok(undefined);
  const position = parsePosition(text);
  return position === undefined
    ? err({ code: 'invalid_request', detail: 'Resume after the `id` of an event that a stream gave.' })
    : ok(position);
}
