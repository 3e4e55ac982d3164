export type {
  Assignment,
  AssignmentAction,
  CarriedOrder,
  CourierState,
  DispatchEngine,
  DispatchPolicy,
  DispatchState,
  Load,
  OpenOrder,
  Plan,
  Plane,
  Preposition,
  SnapshotProblem,
  TravelTimes,
} from './types.ts';
export { defaultPolicy } from './policy.ts';
export { createDispatchEngine } from './engine.ts';
export { UnusableSnapshot } from './check-state.ts';
export { type CourierComparison, createCourierComparison, mayTake } from './compare-couriers.ts';
export { type Objective, objectiveOf } from './objective.ts';
export {
  actionFor,
  afterCollecting,
  afterGoing,
  availableAtSeconds,
  halfAfter,
  halfBefore,
} from './commitment.ts';
export { type PlanViolation, type PlanViolationCode, validatePlan } from './validate-plan.ts';
