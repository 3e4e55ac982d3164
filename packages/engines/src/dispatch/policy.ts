import type { DispatchPolicy } from './types.ts';

/**
 * Defaults for one city of meals and groceries; callers override what their market sets. They are those of the
 * figures in the README; `npm run bench -- mdrp name=value` measures others on the same days.
 */
export const defaultPolicy: DispatchPolicy = {
  pickupServiceSeconds: 240,
  dropServiceSeconds: 240,
  horizonSeconds: 25 * 60,
  maxBundleOrders: 4,
  overageWeight: 0.5,
  beyondLatestWeight: 5,
  unservedCostSeconds: 200 * 60,
  iterationsPerOrder: 12,
  maxIterations: 2_000,
  candidateCouriers: 30,
  prepositionWithinSeconds: 900,
};
