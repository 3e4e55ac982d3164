export {
  type Instance,
  type InstanceCourier,
  type InstanceFiles,
  type InstanceOrder,
  type InstanceParameters,
  type InstanceRestaurant,
  MalformedInstance,
  loadInstance,
  readInstance,
} from './instance.ts';
export { type InstancePlaces, placesOf, travelMinutes } from './places.ts';
export {
  type Solution,
  type SolutionAssignment,
  type SolutionFiles,
  type SolutionMove,
  type SolutionOrder,
  MalformedSolution,
  SOLUTION_FILES,
  parseSolution,
  writeSolution,
} from './solution.ts';
export { type SolutionRecorder, createSolutionRecorder } from './record-solution.ts';
export { type SolutionViolation, type SolutionViolationCode, validateSolution } from './validate-solution.ts';
export { type Metrics, clickToDoorFloor, clickToDoorFloors, countUnreachable, metricsOf } from './metrics.ts';
export { type PlayedWorld, courierStateOf, openOrderOf, playInstance, policyFor } from './play.ts';
