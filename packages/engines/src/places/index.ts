export {
  createPlaceIndex,
  type FoundPlace,
  type PlaceIndex,
  type PlaceSearchOptions,
} from './place-index.ts';
