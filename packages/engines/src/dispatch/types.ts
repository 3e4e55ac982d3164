/**
 * What dispatch is told and what it answers. All times are whole seconds on one axis that the caller
 * chooses (seconds of the day, epoch seconds); nodes are numbers that only the travel times understand.
 */
export interface TravelTimes {
  /**
   * Whole seconds from one node to another; need not be symmetric nor keep the triangle inequality. What is
   * negative or no number means that there is no way.
   */
  seconds(fromNode: number, toNode: number): number;
  /** Where nodes lie. With it couriers are looked for nearby, without it among all of them. */
  readonly plane?: Plane;
}

/** Nodes on a plane, in metres. */
export interface Plane {
  x(node: number): number;
  y(node: number): number;
  /** No way is quicker than this along the straight line. */
  readonly fastestMetresPerSecond: number;
}

/** What an order takes up and a vehicle holds, in whole numbers. Cold and hot goods have boxes of their own. */
export interface Load {
  readonly litres: number;
  readonly grams: number;
  readonly coldLitres: number;
  readonly hotLitres: number;
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
  /** What its vehicle holds at once; what is not said is without limit. */
  readonly capacity?: Partial<Load>;
  /** Vehicle and skills, such as `car` or `age_check`. */
  readonly abilities?: readonly string[];
  /** Probability that it accepts what it is offered, from its history; 1 unless given. */
  readonly acceptance?: number;
  /** What it earned an hour so far, in any unit that is the same for all. */
  readonly earnedPerHour?: number;
  /** On board when it is free; they go to their doors before or after further pickups. */
  readonly carrying?: readonly CarriedOrder[];
}

export interface OpenOrder {
  /** Stable from tick to tick. */
  readonly key: number;
  readonly placedAtSeconds: number;
  /** Earliest pickup: when the store has it ready, known, or expected where there is a spread. */
  readonly readyAtSeconds: number;
  /** Standard deviation of the ready time while it is only expected (and not ready yet); 0 unless given. */
  readonly readySpreadSeconds?: number;
  readonly storeNode: number;
  readonly dropNode: number;
  /** The promise: later costs extra. */
  readonly dueAtSeconds: number;
  /** Later than this costs steeply. */
  readonly latestAtSeconds: number;
  readonly load?: Partial<Load>;
  /** All of them must be among the courier's abilities. */
  readonly requires?: readonly string[];
  /** The courier that has been told and has accepted; giving it to another costs extra. */
  readonly toldCourierKey?: number;
  /** Couriers that have declined it: they are not asked again. */
  readonly declinedBy?: readonly number[];
  /** The operator has chosen this courier by hand: no other gets it. */
  readonly onlyCourierKey?: number;
}

/** An order that has been picked up: all that is left of it is its drop-off. */
export type CarriedOrder = Pick<
  OpenOrder,
  'key' | 'placedAtSeconds' | 'dropNode' | 'dueAtSeconds' | 'latestAtSeconds' | 'load'
>;

export interface DispatchState {
  readonly nowSeconds: number;
  /** When `plan` will be called next: what must start before then is committed now. */
  readonly nextTickSeconds: number;
  /** Couriers on shift or soon to be. */
  readonly couriers: readonly CourierState[];
  /** Orders that are placed and not yet picked up. */
  readonly orders: readonly OpenOrder[];
  readonly travel: TravelTimes;
  /** What couriers earned an hour on average; of those in the state unless given, which may be a part of them. */
  readonly meanEarnedPerHour?: number;
}

/** The objective is a sum of seconds, each weighed as set here, and the hard limits stand beside it. */
export interface DispatchPolicy {
  /** Half passes before the pickup moment and half after it; the same at a door. */
  readonly pickupServiceSeconds: number;
  readonly dropServiceSeconds: number;
  /** Couriers that come free or on shift within this time take part in the plan. */
  readonly horizonSeconds: number;
  /** Orders carried at once at most (a courier's own limit may be lower). */
  readonly maxBundleOrders: number;
  /** Whether a courier that carries orders may fetch more, at another store or the same. */
  readonly multiStoreRoutes: boolean;
  /** Where a ready time is only expected: be at the store by this quantile of it. */
  readonly readyQuantile: number;
  /** What a second from placement to door costs. */
  readonly clickToDoorWeight: number;
  /** What a second past the due time costs on top of that. */
  readonly overageWeight: number;
  /** What a second past the latest time costs on top of both. */
  readonly beyondLatestWeight: number;
  /** What a second costs that an order stands ready in its store. */
  readonly foodWaitingWeight: number;
  /** What a second of a courier's driving costs; its pay by time, in effect. */
  readonly courierTimeWeight: number;
  /** What an order costs at a courier who earned the mean an hour so far; twice at twice the mean, three times at most. */
  readonly fairnessCostSeconds: number;
  /** What it costs when a courier declines an order; it counts by the probability of that. */
  readonly declineCostSeconds: number;
  /** What it costs to take an order from the courier that has been told. */
  readonly changeCostSeconds: number;
  /** What it costs to plan an order for another courier than the tick before, so that plans do not flap between equals. */
  readonly replanCostSeconds: number;
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
 * the store (or keep going, or stay there), what is picked up may still change. `collect`: it is final, up to
 * the last drop-off in it.
 */
export type AssignmentAction = 'wait' | 'go' | 'collect';

/** A pickup and the drop-offs up to the next pickup; with one store a route, a bundle. */
export interface Assignment {
  readonly courierKey: number;
  readonly storeNode: number;
  /**
   * Orders picked up, in the sequence of their drop-offs. None where a courier begins with what it carries:
   * then `storeNode` is where it stands and it departs as it "picks up".
   */
  readonly orderKeys: readonly number[];
  /** Latest departure that does not delay the pickup; the arrival time where it stands at the store. */
  readonly departAtSeconds: number;
  readonly pickupAtSeconds: number;
  /** Orders dropped off, in sequence. The same as `orderKeys` unless the policy allows multi-store routes. */
  readonly dropKeys: readonly number[];
  /** One for each of `dropKeys`. */
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
  /** Couriers and orders that were left out, and why; such orders are unassigned, too. */
  readonly leftOut: readonly SnapshotProblem[];
}

/** What is wrong with a snapshot, a courier or an order in it, in words that say what to do. */
export interface SnapshotProblem {
  readonly message: string;
  readonly courierKey?: number;
  readonly orderKey?: number;
}

export interface DispatchEngine {
  /**
   * May remember its previous plan, so calls must follow time. The search ends when `progress`, asked with the
   * number of steps done so far, gives 1 or more; below that it says what share of the budget is used. Without
   * it the policy bounds the steps. Throws UnusableSnapshot where nothing can be planned.
   */
  plan(state: DispatchState, progress?: (steps: number) => number): Plan;
}
