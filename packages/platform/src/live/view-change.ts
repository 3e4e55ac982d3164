import type { ClockState, Courier, Figures, Place, Route } from '@halfhour/contract';
import type { CourierId, EpochMs, OrderId, StoreId } from '@halfhour/kernel';
import type { Position } from '../events/index.ts';
import type { OrderRecord } from '../ordering/index.ts';
import type { StoreRecord } from '../stores/index.ts';

/** What a stream can be about: the whole market, one store, one order, one courier. */
export type Topic = 'market' | StoreId | OrderId | CourierId;

/** What is told to those who follow a topic. What has a position can be resumed after. */
export type ViewChange =
  | {
      readonly kind: 'order';
      readonly position?: Position;
      readonly event: string;
      readonly at: EpochMs;
      readonly order: OrderRecord;
    }
  | { readonly kind: 'store'; readonly position?: Position; readonly store: StoreRecord }
  | { readonly kind: 'couriers'; readonly couriers: readonly Courier[] }
  | { readonly kind: 'figures'; readonly figures: Figures; readonly clock: ClockState }
  | { readonly kind: 'clock'; readonly clock: ClockState }
  | {
      readonly kind: 'route';
      readonly position: Position;
      readonly event: string;
      readonly at: EpochMs;
      readonly route: Route | null;
    }
  | {
      readonly kind: 'order_ready';
      readonly position: Position;
      readonly orderId: OrderId;
      readonly at: EpochMs;
    }
  | { readonly kind: 'courier'; readonly place: Place; readonly at: EpochMs };
