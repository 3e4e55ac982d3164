import { VectorTile, classifyRings, type VectorTileFeature } from '@mapbox/vector-tile';
import type { LatLng } from '@halfhour/kernel';
import { PbfReader } from 'pbf';
import {
  boundsOf,
  createAddressTable,
  type Address,
  type Area,
  type CityMap,
  type Place,
  type Street,
} from './city-map.ts';
import {
  areaKind,
  isContraflow,
  onewayOf,
  placeKind,
  splitHouseNumbers,
  streetKind,
  textOf,
} from './osm-tags.ts';

/** One vector tile of the layer `osm`, in the tile numbering of web maps. */
export interface MapTile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly bytes: Uint8Array;
}

type ToLatLng = (point: { readonly x: number; readonly y: number }) => LatLng;

const POINT = 1;
const LINE = 2;
const POLYGON = 3;

/**
 * Decodes OSM-QA tiles (OpenStreetMap as vector tiles with every tag, extent 2^20, one centimetre) into a
 * city. These tiles have no overlap: a way that crosses a border is cut, and both halves end on the very
 * same point, so streets join again by coordinate; points on a border come twice and are taken once.
 * Mappers' names (`@user`, `@uid`) are never read.
 *
 * @see https://osmlab.github.io/osm-qa-tiles/
 */
export function decodeOsmQaTiles(
  tiles: readonly MapTile[],
  city: { readonly name: string; readonly timeZone: string },
): CityMap {
  const streets: Street[] = [];
  const addresses: Address[] = [];
  const places: Place[] = [];
  const areas: Area[] = [];
  const seen = new Set<string>();
  for (const tile of tiles) {
    const layer = new VectorTile(new PbfReader(tile.bytes)).layers['osm'];
    if (layer === undefined) continue;
    const toLatLng = tileProjection(tile, layer.extent);
    for (let index = 0; index < layer.length; index++) {
      const feature = layer.feature(index);
      const tags = feature.properties;
      if (feature.type === LINE) {
        if (tags['highway'] !== undefined) addStreets(feature, toLatLng, streets);
        continue;
      }
      if (feature.type === POLYGON) addArea(feature, toLatLng, areas);
      const isAddress = tags['addr:street'] !== undefined && tags['addr:housenumber'] !== undefined;
      const kind = tags['name'] === undefined ? undefined : placeKind(tags);
      if (!isAddress && kind === undefined) continue;
      const key = `${tags['@type']}${tags['@id']}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { lat, lng } = middleOf(feature, toLatLng);
      const street = textOf(tags['addr:street']);
      const houseNumbers = splitHouseNumbers(textOf(tags['addr:housenumber']));
      if (street !== '') {
        for (const houseNumber of houseNumbers) addresses.push({ street, houseNumber, lat, lng });
      }
      if (kind !== undefined) {
        places.push({
          name: textOf(tags['name']),
          kind,
          lat,
          lng,
          ...(street !== '' && { street }),
          ...(houseNumbers[0] !== undefined && { houseNumber: houseNumbers[0] }),
        });
      }
    }
  }
  const table = createAddressTable(addresses);
  return {
    ...city,
    attribution: '© OpenStreetMap contributors',
    bounds: boundsOf(streets, table),
    streets,
    addresses: table,
    places,
    areas,
  };
}

/**
 * Web Mercator tile units to degrees. Rounded to OpenStreetMap's own 7 decimals, so that the same point
 * has the same coordinates whichever tile it comes from, and prints short.
 */
function tileProjection(tile: MapTile, extent: number): ToLatLng {
  const size = extent * 2 ** tile.z;
  const left = extent * tile.x;
  const top = extent * tile.y;
  return (point) => ({
    lat: round7((360 / Math.PI) * Math.atan(Math.exp((1 - ((point.y + top) * 2) / size) * Math.PI)) - 90),
    lng: round7(((point.x + left) * 360) / size - 180),
  });
}

function round7(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}

function addStreets(feature: VectorTileFeature, toLatLng: ToLatLng, streets: Street[]): void {
  const tags = feature.properties;
  const kind = streetKind(tags);
  if (kind === undefined) return;
  const name = tags['name'] === undefined ? {} : { name: textOf(tags['name']) };
  const direction = onewayOf(tags, kind);
  for (const line of feature.loadGeometry()) {
    if (line.length < 2) continue;
    const points = line.map(toLatLng);
    if (direction === -1) points.reverse();
    const contraflow = isContraflow(tags) ? { contraflow: true } : {};
    streets.push({ ...name, kind, oneway: direction !== 0, ...contraflow, points });
  }
}

function addArea(feature: VectorTileFeature, toLatLng: ToLatLng, areas: Area[]): void {
  const kind = areaKind(feature.properties);
  if (kind === undefined) return;
  for (const polygon of classifyRings(feature.loadGeometry())) {
    areas.push({ kind, rings: polygon.map((ring) => ring.map(toLatLng)) });
  }
}

/** A point itself; of an outline the middle of its bounding box. */
function middleOf(feature: VectorTileFeature, toLatLng: ToLatLng): LatLng {
  if (feature.type === POINT) return toLatLng(feature.loadGeometry()[0]![0]!);
  const [left, top, right, bottom] = feature.bbox() as [number, number, number, number];
  return toLatLng({ x: (left + right) / 2, y: (top + bottom) / 2 });
}
