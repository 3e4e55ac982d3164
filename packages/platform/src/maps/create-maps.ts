import type { CityMap } from '@halfhour/engines/city';
import {
  type Clock,
  type EpochMs,
  type LatLng,
  type MarketId,
  distanceMetres,
  SECOND_MS,
  invariant,
} from '@halfhour/kernel';
import type { Markets } from '../markets/index.ts';
import { type MarketMap, createMarketMap } from './market-map.ts';
import { type Roads, fallBack } from './roads.ts';
import { streetRoads } from './street-roads.ts';

export interface Maps {
  /** The market's map, made at the first call and kept. Rejects when the market or its source is not there. */
  load(marketId: MarketId): Promise<MarketMap>;
  /** Who knows the ways of the market: the service from outside where there is one, else its own streets. */
  roads(marketId: MarketId): Promise<Roads>;
  /** Keeps the travel times from and to these places ready: the stores, where every trip begins. */
  pin(marketId: MarketId, places: readonly LatLng[]): Promise<void>;
  /**
   * Street distance and riding time of who leaves at `departAt`, now unless given. Before the map of the market is loaded, and where there is none, the
   * straight line times a detour factor stands in.
   */
  estimate(
    marketId: MarketId,
    from: LatLng,
    to: LatLng,
    departAt?: EpochMs,
  ): { readonly metres: number; readonly seconds: number };
}

export interface MapDeps {
  readonly markets: Pick<Markets, 'get'>;
  /** Reads a city map by the source that the market names. */
  readonly open: (source: string) => Promise<CityMap>;
  readonly clock: Clock;
  /** Told when the streets of a period of the day could not be made. */
  readonly onError: (error: unknown) => void;
  /** A service from outside, asked before the own streets, and told of where it fails. */
  readonly outside?: {
    readonly roads: Roads;
    readonly onError: (error: unknown) => void;
    /** Real milliseconds that only ever grow. */
    readonly elapsedMs: () => number;
  };
}

/** A service that has failed is left alone for so long. */
const REST_MS = 30 * SECOND_MS;
/** Streets are about 1.3 times as long as the straight line in gridded cities (Newell 1980). */
const DETOUR = 1.3;
const FALLBACK_METRES_PER_SECOND = 6;

export function createMaps({ markets, open, clock, onError, outside }: MapDeps): Maps {
  const roadsOf = new Map<MarketId, Roads>();
  const loading = new Map<MarketId, Promise<MarketMap>>();
  const loaded = new Map<MarketId, MarketMap>();

  async function read(marketId: MarketId): Promise<MarketMap> {
    const market = await markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    const map = await createMarketMap(await open(market.mapSource), onError);
    loaded.set(marketId, map);
    return map;
  }

  function load(marketId: MarketId): Promise<MarketMap> {
    let map = loading.get(marketId);
    if (map === undefined) {
      map = read(marketId);
      loading.set(marketId, map);
      map.catch(() => loading.delete(marketId));
    }
    return map;
  }

  return {
    load,
    async roads(marketId) {
      let roads = roadsOf.get(marketId);
      if (roads === undefined) {
        const own = streetRoads(await load(marketId), () => clock.now());
        roads =
          outside === undefined
            ? own
            : fallBack(outside.roads, own, {
                now: outside.elapsedMs,
                restMs: REST_MS,
                onError: outside.onError,
              });
        roadsOf.set(marketId, roads);
      }
      return roads;
    },
    async pin(marketId, places) {
      const map = await load(marketId);
      for (const place of places) map.pin(place);
    },
    estimate(marketId, from, to, departAt = clock.now()) {
      const map = loaded.get(marketId);
      if (map === undefined) {
        const metres = Math.round(distanceMetres(from, to) * DETOUR);
        return { metres, seconds: Math.round(metres / FALLBACK_METRES_PER_SECOND) };
      }
      const [a, b] = [map.nodeOf(from), map.nodeOf(to)];
      const travel = map.travelAt(departAt);
      return { metres: travel.metres(a, b), seconds: travel.seconds(a, b) };
    },
  };
}
