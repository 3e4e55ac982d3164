export { findRoute, type Route } from './find-route.ts';
export { positionAlong, type MovingPosition } from './position-along.ts';
export { SPEED_KILOMETRES_PER_HOUR, VEHICLE_PROFILES, type VehicleProfile } from './profiles.ts';
export { buildStreetGraph, nearestNode, nodePlace, type StreetGraph } from './street-graph.ts';
export { createTravelTimes, MAX_SECONDS, type TravelTimes, type TravelTimesOptions } from './travel-times.ts';
