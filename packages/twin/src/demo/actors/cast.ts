import type { CourierId, MarketId, StoreId, UserId } from '@halfhour/kernel';

/** Who acts: each uses only what the role of its token may do. */
export type ActorRef =
  | { readonly role: 'shopper'; readonly key: string }
  | { readonly role: 'courier'; readonly key: string }
  /** A till integrator with one operator key, who accepts and prepares for all stores. */
  | { readonly role: 'integrator' };

/** What the platform calls the people and stores of a demo market once they are loaded into it. */
export interface DemoCast {
  readonly marketId: MarketId;
  /** By key of the demo store. */
  readonly stores: ReadonlyMap<string, StoreId>;
  /** By key of the demo courier. */
  readonly couriers: ReadonlyMap<string, CourierId>;
  /** By key of the demo shopper. */
  readonly shoppers: ReadonlyMap<string, UserId>;
  /** Stores with a person at the till, who has some minutes before the integrator acts for them. */
  readonly attended?: ReadonlySet<StoreId>;
  /** A session token or API key; asked once for each actor that comes to act. */
  tokenOf(actor: ActorRef): Promise<string>;
}
