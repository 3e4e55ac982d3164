import type { PromiseCase } from './types.ts';

/**
 * A term of the additive model: a function of one thing that is known at the basket, linear between its knots and flat
 * beyond them.
 */
interface Term {
  readonly part: 'pickupWait' | 'travel' | 'load' | 'hour';
  readonly knots: readonly number[];
  readonly of: (order: PromiseCase) => number;
}

const minutes = (...values: number[]): number[] => values.map((value) => value * 60);

const TERMS: readonly Term[] = [
  { part: 'pickupWait', knots: [0], of: () => 0 },
  // A long preparation gives a courier time to come, and is more often put too long than too short.
  {
    part: 'pickupWait',
    knots: minutes(0, 5, 10, 15, 20, 30, 45),
    of: ({ preparationSeconds }) => preparationSeconds,
  },
  { part: 'travel', knots: minutes(0, 5, 10, 20, 30), of: ({ travelSeconds }) => travelSeconds },
  {
    part: 'load',
    knots: [0, 0.5, 1, 1.5, 2, 3, 5],
    // One courier more than there are, so that a market without any has a load too.
    of: ({ load }) => load.openOrders / (load.couriersOnShift + 1),
  },
  { part: 'load', knots: minutes(0, 2, 5, 10, 20), of: ({ load }) => load.readyWaitSeconds },
  {
    part: 'hour',
    knots: Array.from({ length: 13 }, (_, index) => index * 7_200),
    of: ({ secondOfDay }) => secondOfDay,
  },
];

/** Which part of a promise each knot belongs to. */
export const PART_OF_KNOT: readonly Term['part'][] = TERMS.flatMap(({ part, knots }) =>
  knots.map(() => part),
);

/** The knots that an order lies between, two for each term, and its share of each. */
export class TermWeights {
  readonly knots = new Int32Array(2 * TERMS.length);
  readonly shares = new Float64Array(2 * TERMS.length);

  set(order: PromiseCase): void {
    let first = 0;
    let at = 0;
    for (const { knots, of } of TERMS) {
      const value = of(order);
      const last = knots.length - 1;
      let below = 0;
      while (below < last && value >= knots[below + 1]!) below++;
      const above = Math.min(below + 1, last);
      const low = knots[below]!;
      const share = above === below ? 0 : Math.max(0, (value - low) / (knots[above]! - low));
      this.knots[at] = first + below;
      this.shares[at++] = 1 - share;
      this.knots[at] = first + above;
      this.shares[at++] = share;
      first += knots.length;
    }
  }
}
