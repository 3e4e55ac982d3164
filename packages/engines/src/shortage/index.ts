export type {
  MeasuresInForce,
  ShortageMeasure,
  ShortagePolicy,
  ShortageReading,
  ShortageState,
} from './types.ts';
export {
  AS_USUAL,
  NO_SHORTAGE,
  decideShortage,
  defaultShortagePolicy,
  inForce,
  measuresAt,
  requireShortagePolicy,
} from './decide-shortage.ts';
