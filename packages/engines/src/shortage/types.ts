/** What a plan shows of the promises that were made. */
export interface ShortageReading {
  readonly atSeconds: number;
  /** Orders that are placed and not delivered. */
  readonly openOrders: number;
  /** Those of them that the plan brings after their promise, or that it finds no courier for. */
  readonly breakingOrders: number;
}

/** One thing that a market does while couriers are short. Shares are in basis points, 10,000 for as usual. */
export type ShortageMeasure =
  /** The end of new promises moves by so much. */
  | { readonly kind: 'longer_promises'; readonly seconds: number }
  /** Stores deliver in a zone that is drawn together towards them to this share of its reach. */
  | { readonly kind: 'smaller_zones'; readonly reachBp: number }
  /** Couriers earn this share of their pay for an order, and the delivery fee is this share of itself. */
  | { readonly kind: 'surge_pay'; readonly courierPayBp: number; readonly deliveryFeeBp: number }
  /** New orders are refused where the way from store to door takes longer. */
  | { readonly kind: 'pause_far_orders'; readonly maxTripSeconds: number };

/** How a market answers to a shortage; the operator's to set. */
export interface ShortagePolicy {
  /** In the order in which they begin; they end in the opposite one. None: nothing is ever done. */
  readonly measures: readonly ShortageMeasure[];
  /** Share of the open orders that must be breaking for the next measure to begin, in basis points. */
  readonly beginsAtBp: number;
  /** Share at which the latest measure ends; below `beginsAtBp`, so that measures do not flap. */
  readonly endsAtBp: number;
  /** So long the share must have stayed there, and so long each measure is given to work. */
  readonly beginsAfterSeconds: number;
  readonly endsAfterSeconds: number;
  /** With fewer open orders a share says nothing, and no measure begins. */
  readonly minOpenOrders: number;
}

/** Where a market stands between readings; plain data, to be kept. */
export interface ShortageState {
  /** How many measures of the policy are in force, from the first. */
  readonly level: number;
  /** Since when the readings have called for one more, or one less; undefined while they do not. */
  readonly shortSinceSeconds?: number | undefined;
  readonly calmSinceSeconds?: number | undefined;
}

/** What the measures in force come to for a basket. */
export interface MeasuresInForce {
  readonly longerSeconds: number;
  readonly reachBp: number;
  readonly courierPayBp: number;
  readonly deliveryFeeBp: number;
  /** Infinity where no order is too far. */
  readonly maxTripSeconds: number;
}
