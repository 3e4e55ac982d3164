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
  faultOfPolicy,
  inForce,
  measuresAt,
} from './decide-shortage.ts';
