export { findRoute, type Route } from './find-route.ts';
export { positionAlong, type MovingPosition } from './position-along.ts';
export { SPEED_KILOMETRES_PER_HOUR, VEHICLE_PROFILES, type VehicleProfile } from './profiles.ts';
export { routeSteps, type RouteStep } from './route-steps.ts';
export { buildStreetGraph, nearestNode, nodePlace, type StreetGraph } from './street-graph.ts';
export { periodAt, type Period } from './periods.ts';
export { streetPlane, type StreetPlane } from './street-plane.ts';
export {
  buildStreetHierarchy,
  contractStreets,
  type ContractedStreets,
  type StreetHierarchy,
  type StreetHierarchyOptions,
  type StreetLinks,
} from './street-hierarchy.ts';
export { createTravelTimes, MAX_SECONDS, type TravelMatrix, type TravelTimes } from './travel-times.ts';
export { type Turn, type TurnCosts } from './turns.ts';
