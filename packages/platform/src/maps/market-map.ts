import type { FoundPlace } from '@halfhour/contract';
import { type CityMap, type MapFeatureCollection, streetsGeoJson } from '@halfhour/engines/city';
import { type PlaceIndex, createPlaceIndex } from '@halfhour/engines/places';
import {
  type StreetHierarchy,
  type TravelTimes,
  type VehicleProfile,
  buildStreetGraph,
  buildStreetHierarchy,
  createTravelTimes,
  nearestNode,
} from '@halfhour/engines/streets';
import type { LatLng } from '@halfhour/kernel';

/** The streets of a market, ready to be asked. Built once from its city map; about 60 MB for Montevideo. */
export interface MarketMap {
  /** Over the streets by motorcycle, the fleet's usual vehicle; nodes are those of `streetsFor`. */
  readonly travel: TravelTimes;
  /** The streets as one vehicle rides them; all vehicles share their nodes. Made at the first call and kept. */
  streetsFor(vehicle: VehicleProfile): StreetHierarchy;
  /** The same object each time, so that its encoding is kept. */
  readonly streets: MapFeatureCollection;
  nodeOf(place: LatLng): number;
  search(query: string, near: LatLng | undefined, limit: number): FoundPlace[];
  reverse(place: LatLng): FoundPlace | undefined;
}

export function createMarketMap(city: CityMap): MarketMap {
  const graph = buildStreetGraph(city);
  const places: PlaceIndex = createPlaceIndex(city);
  const hierarchies = new Map<VehicleProfile, StreetHierarchy>();
  const streetsFor = (vehicle: VehicleProfile): StreetHierarchy => {
    const known = hierarchies.get(vehicle) ?? buildStreetHierarchy(graph, vehicle);
    hierarchies.set(vehicle, known);
    return known;
  };
  return {
    travel: createTravelTimes(streetsFor('motorcycle')),
    streetsFor,
    streets: streetsGeoJson(city),
    nodeOf: (place) => nearestNode(graph, place),
    search: (query, near, limit) => places.search(query, { ...(near === undefined ? {} : { near }), limit }),
    reverse: (place) => places.reverse(place),
  };
}
