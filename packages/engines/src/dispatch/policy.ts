import type { DispatchPolicy } from './types.ts';

/**
 * Defaults for meals and groceries by bicycle and moped. The weights are those measured on the Grubhub days
 * (docs of `bench/dispatch.ts`); callers override what their market sets.
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
