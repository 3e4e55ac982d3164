/** What a market has to do at a moment. */
export interface MarketLoad {
  /** Orders that are placed and not delivered. */
  readonly openOrders: number;
  readonly couriersOnShift: number;
  /** How long the orders that are ready have waited for their courier, on average; 0 where none waits. */
  readonly readyWaitSeconds: number;
}

/** What is known of an order when it is promised. */
export interface PromiseCase {
  readonly storeKey: string;
  /** As the store says. */
  readonly preparationSeconds: number;
  /** From the store to the door. */
  readonly travelSeconds: number;
  /** On the market's wall clock, 0 to 86,399. */
  readonly secondOfDay: number;
  readonly load: MarketLoad;
}

/** What is promised where nothing is known: preparation or the courier's way, whichever is longer, and travel. */
export interface PromisePrior {
  /** For the store to see the order. */
  readonly acceptanceSeconds: number;
  /** For a courier to be found, to come and to hand over. */
  readonly courierSeconds: number;
  /** From the beginning to the end of the window. */
  readonly windowSeconds: number;
}

/** What the end of a window is made of, in whole seconds; they add up to `latestSeconds`. */
export interface PromiseParts {
  readonly preparationSeconds: number;
  /** From ready to leaving the store, and the hand-overs, as usual in this market for such an order. */
  readonly pickupWaitSeconds: number;
  readonly travelSeconds: number;
  /** What the present load of the couriers adds. */
  readonly loadSeconds: number;
  readonly hourSeconds: number;
  /** What this store adds to what the market does. */
  readonly storeSeconds: number;
  /** From the median to the end, so that nine in ten arrive by it. */
  readonly marginSeconds: number;
}

export interface PromiseWindow {
  /** From the placement: one in ten arrives before it. */
  readonly earliestSeconds: number;
  /** From the placement: nine in ten arrive by it. */
  readonly latestSeconds: number;
  readonly parts: PromiseParts;
  /** Whole seconds at each of `LEVELS`, which `learn` wants back with the outcome. */
  readonly quantiles: readonly number[];
}

/** What a market's deliveries have taught, as plain data. */
export interface MarketHistory {
  readonly learned: number;
  readonly spreadSeconds: number;
  /** How often each knot was met, and for each level the value at each knot. */
  readonly counts: readonly number[];
  readonly values: readonly (readonly number[])[];
  /** For each level. */
  readonly conformal: readonly number[];
}

/** What a store's deliveries have taught beyond the market's: for each level. */
export interface StoreHistory {
  readonly learned: number;
  readonly values: readonly number[];
}
