/**
 * When an order will be ready, seconds from now: certain where `spread` is 0, else normally distributed, given
 * that it is not ready yet.
 */
export interface ReadyTime {
  readonly mean: number;
  readonly spread: number;
  /** The expected moment of pickup, in whole seconds, for one who is there from `arrival` on. */
  expectedPickup(arrival: number): number;
  /** When it is ready with the given probability. */
  quantile(probability: number): number;
}

/** The ready time that was expected at `mean` with the standard deviation `spread`, if it is still not ready at 0. */
export function readyTimeOf(mean: number, spread: number): ReadyTime {
  if (spread === 0) {
    return {
      mean,
      spread,
      expectedPickup: (arrival) => Math.max(arrival, mean),
      quantile: () => mean,
    };
  }
  // The normal distribution cut off at now; far below it the tail is as good as exponential.
  const cut = -mean / spread;
  const hazard = cut > 6 ? cut + 1 / cut : density(cut) / (1 - distribution(cut));
  const centre = Math.ceil(mean + spread * hazard);
  const width = spread * Math.sqrt(Math.max(0.01, 1 + cut * hazard - hazard * hazard));
  return {
    mean: centre,
    spread: width,
    expectedPickup(arrival) {
      // E max(arrival, ready), the loss function of the newsvendor.
      const z = (arrival - centre) / width;
      if (z > 4) return arrival;
      if (z < -4) return centre;
      return Math.max(arrival, Math.ceil(centre + width * (density(z) + z * distribution(z))));
    },
    quantile: (probability) => Math.max(0, Math.floor(centre + width * normalQuantile(probability))),
  };
}

function density(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** The standard normal distribution by Zelen and Severo (Abramowitz and Stegun 26.2.17), to 7.5e-8. */
function distribution(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const poly =
    t *
    (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const tail = density(z) * poly;
  return z >= 0 ? 1 - tail : tail;
}

/** Its inverse by bisection: asked once an order and plan. */
function normalQuantile(probability: number): number {
  let low = -6;
  let high = 6;
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
