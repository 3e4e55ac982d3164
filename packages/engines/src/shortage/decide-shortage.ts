import type {
  MeasuresInForce,
  ShortageMeasure,
  ShortagePolicy,
  ShortageReading,
  ShortageState,
} from './types.ts';

/** Safe for any market: promises become longer, nobody is refused and no price changes. */
export const defaultShortagePolicy: ShortagePolicy = {
  measures: [{ kind: 'longer_promises', seconds: 600 }],
  beginsAtBp: 3_000,
  endsAtBp: 1_500,
  beginsAfterSeconds: 120,
  endsAfterSeconds: 600,
  minOpenOrders: 10,
};

export const NO_SHORTAGE: ShortageState = { level: 0 };

/** What is wrong with a policy, for whoever sets it; undefined where it is sound. */
export function faultOfPolicy(policy: ShortagePolicy): string | undefined {
  const { measures, beginsAtBp, endsAtBp, beginsAfterSeconds, endsAfterSeconds, minOpenOrders } = policy;
  if (endsAtBp >= beginsAtBp) return '`endsAtBp` must be below `beginsAtBp`, so that measures do not flap.';
  if (endsAtBp < 0 || beginsAtBp > 10_000) return '`beginsAtBp` and `endsAtBp` are shares of 0 to 10,000.';
  if (beginsAfterSeconds < 0 || endsAfterSeconds < 0) return 'Times may not be below zero.';
  if (minOpenOrders < 1) return '`minOpenOrders` must be 1 or more.';
  if (new Set(measures.map(({ kind }) => kind)).size < measures.length) {
    return 'Each kind of `measures` may be there once.';
  }
  return undefined;
}

/**
 * Whether one more measure begins, one ends, or all stays. One step at a time in the policy's order: a measure has
 * `beginsAfterSeconds` to work before the next one begins. Between `endsAtBp` and `beginsAtBp` nothing changes, and
 * beyond them only what has lasted counts (hysteresis), so two changes are at least the shorter of the two times apart.
 */
export function decideShortage(
  policy: ShortagePolicy,
  before: ShortageState,
  { atSeconds, openOrders, breakingOrders }: ShortageReading,
): ShortageState {
  // A policy that has become shorter has ended the measures that it no longer has.
  const level = Math.min(before.level, policy.measures.length);
  const shareBp = openOrders === 0 ? 0 : (10_000 * breakingOrders) / openOrders;
  if (shareBp >= policy.beginsAtBp && openOrders >= policy.minOpenOrders) {
    if (level === policy.measures.length) return { level };
    const since = before.shortSinceSeconds ?? atSeconds;
    if (atSeconds - since < policy.beginsAfterSeconds) return { level, shortSinceSeconds: since };
    return { level: level + 1, shortSinceSeconds: atSeconds };
  }
  if (shareBp <= policy.endsAtBp && level > 0) {
    const since = before.calmSinceSeconds ?? atSeconds;
    if (atSeconds - since < policy.endsAfterSeconds) return { level, calmSinceSeconds: since };
    return { level: level - 1, calmSinceSeconds: atSeconds };
  }
  return { level };
}

/** The measures that a level stands for. */
export function measuresAt(policy: ShortagePolicy, level: number): readonly ShortageMeasure[] {
  return policy.measures.slice(0, level);
}

/** What measures come to together. */
export function inForce(measures: readonly ShortageMeasure[]): MeasuresInForce {
  let force: MeasuresInForce = AS_USUAL;
  for (const measure of measures) {
    switch (measure.kind) {
      case 'longer_promises':
        force = { ...force, longerSeconds: measure.seconds };
        break;
      case 'smaller_zones':
        force = { ...force, reachBp: measure.reachBp };
        break;
      case 'surge_pay':
        force = { ...force, courierPayBp: measure.courierPayBp, deliveryFeeBp: measure.deliveryFeeBp };
        break;
      case 'pause_far_orders':
        force = { ...force, maxTripSeconds: measure.maxTripSeconds };
        break;
    }
  }
  return force;
}

export const AS_USUAL: MeasuresInForce = {
  longerSeconds: 0,
  reachBp: 10_000,
  courierPayBp: 10_000,
  deliveryFeeBp: 10_000,
  maxTripSeconds: Infinity,
};
