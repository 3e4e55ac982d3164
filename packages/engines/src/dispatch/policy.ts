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
  multiStoreRoutes: false,
  readyQuantile: 0.3,
  clickToDoorWeight: 1,
  overageWeight: 0.5,
  beyondLatestWeight: 5,
  foodWaitingWeight: 0,
  courierTimeWeight: 0,
  fairnessCostSeconds: 0,
  declineCostSeconds: 300,
  changeCostSeconds: 20,
  replanCostSeconds: 10,
  unservedCostSeconds: 200 * 60,
  iterationsPerOrder: 12,
  maxIterations: 2_000,
  candidateCouriers: 30,
  prepositionWithinSeconds: 900,
};
