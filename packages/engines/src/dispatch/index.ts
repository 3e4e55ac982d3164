export type {
  Assignment,
  AssignmentAction,
  CourierState,
  DispatchEngine,
  DispatchPolicy,
  DispatchState,
  OpenOrder,
  Plan,
  Preposition,
  TravelTimes,
} from './types.ts';
export { defaultPolicy } from './policy.ts';
export { createDispatchEngine } from './engine.ts';
export {
  actionFor,
  afterCollecting,
  afterGoing,
  availableAtSeconds,
  halfAfter,
  halfBefore,
} from './commitment.ts';
export { type PlanViolation, type PlanViolationCode, validatePlan } from './validate-plan.ts';
