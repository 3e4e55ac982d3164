import type { FoundPlace } from '@halfhour/contract';
import { type CityMap, type MapFeatureCollection, streetsGeoJson } from '@halfhour/engines/city';
import { type PlaceIndex, createPlaceIndex } from '@halfhour/engines/places';
import {
  type StreetGraph,
  type TravelTimes,
  buildStreetGraph,
  createTravelTimes,
  nearestNode,
} from '@halfhour/engines/streets';
import type { LatLng } from '@halfhour/kernel';

/** The streets of a market, ready to be asked. Built once from its city map; about 60 MB for Montevideo. */
export interface MarketMap {
  readonly graph: StreetGraph;
  /** Over the streets by motorcycle, the fleet's usual vehicle; nodes are those of `graph`. */
  readonly travel: TravelTimes;
  /** The same object each time, so that its encoding is kept. */
  readonly streets: MapFeatureCollection;
  nodeOf(place: LatLng): number;
  search(query: string, near: LatLng | undefined, limit: number): FoundPlace[];
  reverse(place: LatLng): FoundPlace | undefined;
}

/**
 * Rows of travel times kept besides the pinned ones of the stores: each is one Dijkstra (3 ms) and 108 KB
 * for Montevideo, so these are at most 65 MB.
 */
const MAX_ROWS = 600;

export function createMarketMap(city: CityMap): MarketMap {
  const graph = buildStreetGraph(city);
  const places: PlaceIndex = createPlaceIndex(city);
  return {
    graph,
    travel: createTravelTimes(graph, 'motorcycle', { maxRows: MAX_ROWS }),
    streets: streetsGeoJson(city),
    nodeOf: (place) => nearestNode(graph, place),
    search: (query, near, limit) => places.search(query, { ...(near === undefined ? {} : { near }), limit }),
    reverse: (place) => places.reverse(place),
  };
}
