/**
 * What dispatch is told and what it answers. All times are whole seconds on one axis that the caller
 * chooses (seconds of the day, epoch seconds); nodes are numbers that only the travel times understand.
 */
export interface TravelTimes {
  /** Whole seconds from one node to another; need not be symmetric nor keep the triangle inequality. */
  seconds(fromNode: number, toNode: number): number;
}

export interface CourierState {
  /** Stable from tick to tick. */
  readonly key: number;
  /** Where the courier stands, or where its present move or round of drop-offs ends. */
  readonly node: number;
  /**
   * Since when it stands there (in the past), or when it gets there and is free (in the future). A courier
   * on its way to a store is simply one that will be free at that store's node: what it collects there is
   * open until the moment of pickup.
   */
  readonly freeAtSeconds: number;
  readonly onAtSeconds: number;
  /** No pickup later than this; drop-offs may be. */
  readonly offAtSeconds: number;
  /** Orders it can carry at once. */
  readonly maxOrders: number;
}

export interface OpenOrder {
  /** Stable from tick to tick. */
  readonly key: number;
  readonly placedAtSeconds: number;
  /** Earliest pickup: when the store has it ready, known or estimated. */
  readonly readyAtSeconds: number;
  readonly storeNode: number;
  readonly dropNode: number;
  /** The promise: later costs extra. */
  readonly dueAtSeconds: number;
  /** Later than this costs steeply. */
  readonly latestAtSeconds: number;
}

export interface DispatchState {
  readonly nowSeconds: number;
  /** When `plan` will be called next: what must start before then is committed now. */
  readonly nextTickSeconds: number;
  /** Couriers on shift or soon to be. */
  readonly couriers: readonly CourierState[];
  /** Orders that are placed and not yet picked up. */
  readonly orders: readonly OpenOrder[];
  readonly travel: TravelTimes;
}

export interface DispatchPolicy {
  /** Half passes before the pickup moment and half after it; the same at a door. */
  readonly pickupServiceSeconds: number;
  readonly dropServiceSeconds: number;
  /** Couriers that come free or on shift within this time take part in the plan. */
  readonly horizonSeconds: number;
  /** Orders in one bundle at most (a courier's own limit may be lower). */
  readonly maxBundleOrders: number;
  /** What a second past the due time costs on top of the second itself. */
  readonly overageWeight: number;
  /** What a second past the latest time costs on top of that. */
  readonly beyondLatestWeight: number;
  /** Cost of leaving an order without a courier, on top of what it would cost at best. */
  readonly unservedCostSeconds: number;
  /** Ruin-and-recreate steps for each open order and tick, and their limit for a tick. */
  readonly iterationsPerOrder: number;
  readonly maxIterations: number;
  /** Couriers tried for an order, by earliest arrival at its store. */
  readonly candidateCouriers: number;
  /** An idle courier is sent ahead to a store at most this far; 0 sends nobody. */
  readonly prepositionWithinSeconds: number;
}

/**
 * What the courier does before the next tick. `wait`: nothing yet, all of it may change. `go`: leave for
 * the store (or keep going, or stay there), the bundle may still change. `collect`: the bundle is final.
 */
export type AssignmentAction = 'wait' | 'go' | 'collect';

export interface Assignment {
  readonly courierKey: number;
  readonly storeNode: number;
  /** In delivery sequence. */
  readonly orderKeys: readonly number[];
  /** Latest departure that does not delay the pickup; the arrival time where it stands at the store. */
  readonly departAtSeconds: number;
  readonly pickupAtSeconds: number;
  /** One for each order, in the same sequence. */
  readonly dropAtSeconds: readonly number[];
  readonly action: AssignmentAction;
}

export interface Preposition {
  readonly courierKey: number;
  readonly storeNode: number;
}

export interface Plan {
  /** Those of one courier stand together, in time order; only its first can be other than `wait`. */
  readonly assignments: readonly Assignment[];
  /** Idle couriers without an assignment that should leave now for a store. */
  readonly prepositions: readonly Preposition[];
  /** Orders that no courier can serve at an acceptable cost for now. */
  readonly unassigned: readonly number[];
}

export interface DispatchEngine {
  /** May remember its previous plan, so calls must follow time. */
  plan(state: DispatchState): Plan;
}
