import { invariant } from '@halfhour/kernel';
import { PART_OF_KNOT, TermWeights } from './terms.ts';
import type {
  MarketHistory,
  PromiseCase,
  PromiseParts,
  PromisePrior,
  PromiseWindow,
  StoreHistory,
} from './types.ts';

/** The quantiles that are learned: the window goes from the first to the fourth. */
export const LEVELS = [0.1, 0.5, 0.8, 0.9, 0.95] as const;
const MEDIAN = 1;
const EARLIEST = 0;
const LATEST = 3;

/** Steps as shares of the spread: the first ones are long, the last ones follow the drift of a day. */
const LEAST_STEP = 0.02;
const STORE_STEP = 0.3;
/** Deliveries after which a store's own history counts half. */
const STORE_PATIENCE = 10;
const CONFORMAL_STEP_SECONDS = 1;
const SPREAD_SHARE = 0.01;
const LEAST_SPREAD_SECONDS = 30;
/** An outcome counts as this many spreads away at most when the spread is learned. */
const OUTLIER = 4;

/**
 * When an order will be at the door, as quantiles that are learned from how long others took.
 *
 * Each quantile is preparation and travel and a sum of small terms (`terms.ts`) and of what the store adds. After
 * each delivery every part takes a step along the gradient of the pinball loss (Koenker and Bassett 1978): up by τ
 * where the order came after the quantile, down by 1 − τ where it came before. A step does not grow with the error, so no
 * outlier moves it more than any other. On top, a conformal term for each quantile takes a second's step by what was
 * really promised (Gibbs and Candès 2021; Angelopoulos, Candès and Tibshirani 2023): whatever the terms do, in the
 * long run the share τ arrives by the quantile τ.
 *
 * A store begins at zero, which is the market; a market begins with `prior`. The same calls in the same order give the
 * same promises. One promise changes nothing, and costs what `npm run bench -- promise` says.
 */
export class PromiseModel {
  readonly #prior: PromisePrior;
  readonly #stores = new Map<string, { learned: number; values: Float64Array }>();
  readonly #values = LEVELS.map(() => new Float64Array(PART_OF_KNOT.length));
  readonly #counts = new Float64Array(PART_OF_KNOT.length);
  readonly #conformal = new Float64Array(LEVELS.length);
  #spreadSeconds: number;
  #learned = 0;
  /** Of the order that is looked at. */
  readonly #weights = new TermWeights();
  readonly #now = new Float64Array(LEVELS.length);

  constructor(prior: PromisePrior) {
    this.#prior = prior;
    this.#spreadSeconds = Math.max(LEAST_SPREAD_SECONDS, prior.windowSeconds / 4);
  }

  /** Throws InvariantViolation where a figure of the case is not a number of zero or more. */
  promise(order: PromiseCase): PromiseWindow {
    requireSound(order);
    this.#look(order);
    // In whole seconds, as they are told: it is what is told that has to be right. Each quantile is right by itself, so
    // the end is left as it is where the others cross it.
    const quantiles = Array.from(this.#now, (seconds) => Math.max(0, Math.ceil(seconds)));
    const latestSeconds = quantiles[LATEST]!;
    return {
      earliestSeconds: Math.min(quantiles[EARLIEST]!, latestSeconds),
      latestSeconds,
      parts: this.#parts(order, latestSeconds),
      quantiles,
    };
  }

  /**
   * Takes what became of an order.
   *
   * @param promised the quantiles that it was promised with
   * @param seconds from placement to door; Infinity where it never came
   */
  learn(order: PromiseCase, promised: readonly number[], seconds: number): void {
    requireSound(order);
    invariant(promised.length === LEVELS.length, 'a promise has another number of quantiles');
    invariant(seconds >= 0, `an order cannot take ${seconds} seconds`);
    this.#look(order);
    const { knots, shares } = this.#weights;
    let store = this.#stores.get(order.storeKey);
    if (store === undefined) {
      store = { learned: 0, values: new Float64Array(LEVELS.length) };
      this.#stores.set(order.storeKey, store);
    }
    this.#learned++;
    store.learned++;
    // The terms learn what they themselves foresee, without what the conformal ones put on top: two that correct the
    // same error by different outcomes would drift apart for ever.
    for (let level = 0; level < LEVELS.length; level++) this.#now[level]! -= this.#conformal[level]!;
    const miss = Math.min(Math.abs(seconds - this.#now[MEDIAN]!), OUTLIER * this.#spreadSeconds);
    const spread = this.#spreadSeconds + SPREAD_SHARE * (miss - this.#spreadSeconds);
    this.#spreadSeconds = Math.max(LEAST_SPREAD_SECONDS, spread);
    for (let at = 0; at < knots.length; at++) this.#counts[knots[at]!]! += shares[at]!;
    for (let level = 0; level < LEVELS.length; level++) {
      const values = this.#values[level]!;
      const step = stepOf(level, seconds, this.#now[level]!) * this.#spreadSeconds;
      for (let at = 0; at < knots.length; at++) {
        const knot = knots[at]!;
        // The market's own knot is the first; it may go twice as far as the others at the beginning.
        const first = (knot === 0 ? 1 : 0.5) / Math.sqrt(1 + this.#counts[knot]!);
        values[knot]! += Math.max(LEAST_STEP, first) * step * shares[at]!;
      }
      store.values[level]! += Math.max(LEAST_STEP, STORE_STEP / Math.sqrt(store.learned)) * step;
      this.#conformal[level]! += CONFORMAL_STEP_SECONDS * stepOf(level, seconds, promised[level]!);
    }
  }

  /** What was learned of the market, to be kept. */
  marketHistory(): MarketHistory {
    return {
      learned: this.#learned,
      spreadSeconds: this.#spreadSeconds,
      counts: [...this.#counts],
      values: this.#values.map((values) => [...values]),
      conformal: [...this.#conformal],
    };
  }

  /** What was learned of a store, to be kept; undefined where nothing was. */
  storeHistory(storeKey: string): StoreHistory | undefined {
    const store = this.#stores.get(storeKey);
    return store === undefined ? undefined : { learned: store.learned, values: [...store.values] };
  }

  /** Goes on from what was kept. @returns false where it is of a model with other terms, and changes nothing then */
  restoreMarket(history: MarketHistory): boolean {
    const { counts, values, conformal } = history;
    const fits =
      counts.length === PART_OF_KNOT.length &&
      conformal.length === LEVELS.length &&
      values.length === LEVELS.length &&
      values.every((each) => each.length === PART_OF_KNOT.length);
    if (!fits) return false;
    this.#learned = history.learned;
    this.#spreadSeconds = history.spreadSeconds;
    this.#counts.set(counts);
    this.#conformal.set(conformal);
    values.forEach((each, level) => this.#values[level]!.set(each));
    return true;
  }

  restoreStore(storeKey: string, { learned, values }: StoreHistory): boolean {
    if (values.length !== LEVELS.length) return false;
    this.#stores.set(storeKey, { learned, values: Float64Array.from(values) });
    return true;
  }

  /** Sets `weights` and `now` to those of an order. */
  #look(order: PromiseCase): void {
    const { acceptanceSeconds, courierSeconds, windowSeconds } = this.#prior;
    this.#weights.set(order);
    const { knots, shares } = this.#weights;
    const base = acceptanceSeconds + Math.max(order.preparationSeconds, courierSeconds) + order.travelSeconds;
    const store = this.#stores.get(order.storeKey);
    const trust = store === undefined ? 0 : store.learned / (store.learned + STORE_PATIENCE);
    for (let level = 0; level < LEVELS.length; level++) {
      const values = this.#values[level]!;
      // The prior's window lies evenly between its first and its last quantile.
      const inWindow = (LEVELS[level]! - LEVELS[EARLIEST]) / (LEVELS[LATEST] - LEVELS[EARLIEST]);
      let sum = base + windowSeconds * inWindow + this.#conformal[level]!;
      for (let at = 0; at < knots.length; at++) sum += values[knots[at]!]! * shares[at]!;
      this.#now[level] = trust === 0 ? sum : sum + trust * store!.values[level]!;
    }
  }

  /** The parts of the end of a window, of the order that was looked at. */
  #parts(order: PromiseCase, latestSeconds: number): PromiseParts {
    const { knots, shares } = this.#weights;
    const medians = this.#values[MEDIAN]!;
    const learned = { pickupWait: 0, travel: 0, load: 0, hour: 0 };
    for (let at = 0; at < knots.length; at++) {
      learned[PART_OF_KNOT[knots[at]!]!] += medians[knots[at]!]! * shares[at]!;
    }
    const store = this.#stores.get(order.storeKey);
    const storeSeconds =
      store === undefined
        ? 0
        : Math.round((store.values[MEDIAN]! * store.learned) / (store.learned + STORE_PATIENCE));
    const preparationSeconds = Math.round(order.preparationSeconds);
    const travelSeconds = Math.round(order.travelSeconds + learned.travel);
    const loadSeconds = Math.round(learned.load);
    const hourSeconds = Math.round(learned.hour);
    const known = preparationSeconds + travelSeconds + loadSeconds + hourSeconds + storeSeconds;
    const median = Math.min(latestSeconds, Math.round(this.#now[MEDIAN]!));
    return {
      preparationSeconds,
      pickupWaitSeconds: median - known,
      travelSeconds,
      loadSeconds,
      hourSeconds,
      storeSeconds,
      marginSeconds: latestSeconds - median,
    };
  }
}

/** The way that a quantile goes after an outcome: as often down as up where it is right. */
function stepOf(level: number, seconds: number, quantile: number): number {
  return seconds <= quantile ? LEVELS[level]! - 1 : LEVELS[level]!;
}

function requireSound({ preparationSeconds, travelSeconds, secondOfDay, load }: PromiseCase): void {
  invariant(
    preparationSeconds >= 0 &&
      preparationSeconds < Infinity &&
      travelSeconds >= 0 &&
      travelSeconds < Infinity &&
      secondOfDay >= 0 &&
      secondOfDay < Infinity &&
      load.openOrders >= 0 &&
      load.openOrders < Infinity &&
      load.couriersOnShift >= 0 &&
      load.readyWaitSeconds >= 0,
    'a promise needs figures of zero or more',
  );
}
