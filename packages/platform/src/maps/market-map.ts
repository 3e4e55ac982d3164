import type { FoundPlace } from '@halfhour/contract';
import { type CityMap, type MapFeatureCollection, streetsGeoJson } from '@halfhour/engines/city';
import { type PlaceIndex, createPlaceIndex } from '@halfhour/engines/places';
import {
  type Period,
  type StreetHierarchy,
  type StreetPlane,
  type TravelTimes,
  type VehicleProfile,
  buildStreetGraph,
  createTravelTimes,
  nearestNode,
  periodAt,
  streetPlane,
} from '@halfhour/engines/streets';
import { type EpochMs, type LatLng, localTime, MINUTE_MS } from '@halfhour/kernel';
import { contractInWorker } from './contract-in-worker.ts';

/** The streets of a market, ready to be asked. Built once from its city map. */
export interface MarketMap {
  /**
   * Travel by motorcycle, the fleet's usual vehicle, for who leaves at a moment. The first time that a period
   * of the day is asked about, its streets are made in a thread, and the usual speeds stand in meanwhile.
   */
  travelAt(departAt: EpochMs): TravelTimes;
  /** The streets as a vehicle rides them that leaves at a moment. `prepare` it first. */
  streetsAt(vehicle: VehicleProfile, departAt: EpochMs): StreetHierarchy;
  /** Where nodes lie, and how fast the fleet's usual vehicle is at most: for looking nearby first. */
  readonly plane: StreetPlane;
  /** Makes the usual streets of a vehicle. */
  prepare(vehicle: VehicleProfile): Promise<void>;
  /** Keeps the travel times from and to a place ready, in every period. */
  pin(place: LatLng): void;
  /** The same object each time, so that its encoding is kept. */
  readonly streets: MapFeatureCollection;
  nodeOf(place: LatLng): number;
  search(query: string, near: LatLng | undefined, limit: number): FoundPlace[];
  reverse(place: LatLng): FoundPlace | undefined;
}

/** `onError` is told when the streets of a period could not be made; the usual ones then stand in for good. */
export async function createMarketMap(city: CityMap, onError: (error: unknown) => void): Promise<MarketMap> {
  const graph = buildStreetGraph(city);
  const places: PlaceIndex = createPlaceIndex(city);
  const ready = new Map<string, StreetHierarchy>();
  const begun = new Map<string, Promise<void>>();
  const pinned = new Set<number>();
  /** The two that may be asked in turn while a period changes; older ones would only hold memory. */
  let usualTravel: TravelTimes | undefined;
  let present: { readonly streets: StreetHierarchy; readonly travel: TravelTimes } | undefined;
  /** Dispatch asks a million times a second, so what a minute was answered with is kept. */
  let lastMinute: { readonly minute: number; readonly travel: TravelTimes } | undefined;
  /** One thread at a time: the cores are for requests. */
  let last: Promise<unknown> = Promise.resolve();

  const make = (vehicle: VehicleProfile, period: Period): Promise<void> => {
    const key = `${vehicle}/${period}`;
    const known = begun.get(key);
    if (known !== undefined) return known;
    const making = last
      .then(() => contractInWorker(graph, vehicle, { period }))
      .then((streets) => {
        ready.set(key, streets);
        lastMinute = undefined;
      });
    last = making.catch(() => {});
    begun.set(key, making);
    return making;
  };
  const streetsIn = (vehicle: VehicleProfile, period: Period): StreetHierarchy => {
    const streets = ready.get(`${vehicle}/${period}`);
    if (streets !== undefined) return streets;
    const isNew = !begun.has(`${vehicle}/${period}`);
    const making = make(vehicle, period);
    if (isNew) making.catch(onError);
    const usual = ready.get(`${vehicle}/usual`);
    if (usual === undefined) throw new Error(`the streets for a ${vehicle} are not prepared`);
    return usual;
  };
  const streetsAt = (vehicle: VehicleProfile, departAt: EpochMs): StreetHierarchy =>
    streetsIn(vehicle, periodAt(localTime(departAt, city.timeZone)));
  const travelOver = (streets: StreetHierarchy): TravelTimes => {
    const travel = createTravelTimes(streets);
    for (const node of pinned) travel.pin(node);
    return travel;
  };

  const travelOf = (streets: StreetHierarchy): TravelTimes => {
    if (streets === ready.get('motorcycle/usual')) return (usualTravel ??= travelOver(streets));
    if (present?.streets !== streets) present = { streets, travel: travelOver(streets) };
    return present.travel;
  };

  await make('motorcycle', 'usual');
  return {
    streets: streetsGeoJson(city),
    plane: streetPlane(graph, 'motorcycle'),
    travelAt(departAt) {
      const minute = Math.floor(departAt / MINUTE_MS);
      if (lastMinute?.minute !== minute) {
        lastMinute = { minute, travel: travelOf(streetsAt('motorcycle', departAt)) };
      }
      return lastMinute.travel;
    },
    streetsAt,
    prepare: (vehicle) => make(vehicle, 'usual'),
    pin(place) {
      const node = nearestNode(graph, place);
      pinned.add(node);
      usualTravel?.pin(node);
      present?.travel.pin(node);
    },
    nodeOf: (place) => nearestNode(graph, place),
    search: (query, near, limit) => places.search(query, { ...(near === undefined ? {} : { near }), limit }),
    reverse: (place) => places.reverse(place),
  };
}
