import type {
  ClockState,
  Courier,
  Figures,
  LiveSnapshot,
  Market,
  MarketEvent,
  OrderState,
  OrderSummary,
} from '@halfhour/contract';

export type LiveStoreEntry = LiveSnapshot['stores'][number];

/** The market as the page knows it. Never changed in place: a part that is the same object is the same. */
export interface LiveState {
  readonly market: Market;
  readonly clock: ClockState;
  /** `elapsedMs` of the page's ticker when `clock` arrived. */
  readonly clockAtMs: number;
  readonly figures: Figures;
  readonly stores: ReadonlyMap<string, LiveStoreEntry>;
  readonly couriers: ReadonlyMap<string, Courier>;
  /** Open ones only. */
  readonly orders: ReadonlyMap<string, OrderSummary>;
}

const CLOSED: ReadonlySet<OrderState> = new Set(['delivered', 'cancelled', 'refunded']);

export function isOpen(state: OrderState): boolean {
  return !CLOSED.has(state);
}

export function stateFromSnapshot(snapshot: LiveSnapshot, elapsedMs: number): LiveState {
  return {
    market: snapshot.market,
    clock: snapshot.clock,
    clockAtMs: elapsedMs,
    figures: snapshot.figures,
    stores: byId(snapshot.stores),
    couriers: byId(snapshot.couriers),
    orders: byId(snapshot.orders.filter((order) => isOpen(order.state))),
  };
}

/**
 * Applies events in the order in which they came. A batch copies each map at most once, so a burst costs
 * one copy. Events of a type that this version does not know are left out.
 */
export function applyEvents(state: LiveState, events: readonly MarketEvent[], elapsedMs: number): LiveState {
  let { figures, clock, clockAtMs } = state;
  let orders: Map<string, OrderSummary> | undefined;
  let couriers: Map<string, Courier> | undefined;
  let stores: Map<string, LiveStoreEntry> | undefined;
  for (const event of events) {
    switch (event.type) {
      case 'order':
        orders ??= new Map(state.orders);
        if (isOpen(event.order.state)) orders.set(event.order.id, event.order);
        else orders.delete(event.order.id);
        break;
      case 'couriers':
        couriers ??= new Map(state.couriers);
        for (const courier of event.couriers) couriers.set(courier.id, courier);
        break;
      case 'store': {
        const known = (stores ?? state.stores).get(event.store.id);
        if (known === undefined) break;
        stores ??= new Map(state.stores);
        stores.set(known.id, { ...known, ...event.store });
        break;
      }
      case 'figures':
        figures = event.figures;
        clock = event.clock;
        clockAtMs = elapsedMs;
        break;
    }
  }
  return {
    market: state.market,
    clock,
    clockAtMs,
    figures,
    stores: stores ?? state.stores,
    couriers: couriers ?? state.couriers,
    orders: orders ?? state.orders,
  };
}

/** The market's time in epoch milliseconds, carried on from the last clock that arrived. */
export function marketNowMs(state: Pick<LiveState, 'clock' | 'clockAtMs'>, elapsedMs: number): number {
  return Date.parse(state.clock.now) + (elapsedMs - state.clockAtMs) * state.clock.speed;
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
