export {
  type NearestOptions,
  type PlaneArea,
  type PositionIndex,
  createPositionIndex,
} from './position-index.ts';
export { type Plane, createPlane } from './plane.ts';
