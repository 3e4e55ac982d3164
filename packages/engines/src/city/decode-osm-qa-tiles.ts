import { VectorTile, classifyRings, type VectorTileFeature } from '@mapbox/vector-tile';
import type { LatLng } from '@halfhour/kernel';
import { PbfReader } from 'pbf';
import {
  boundsOf,
  createAddressTable,
  STREET_KINDS,
  type Address,
  type Area,
  type CityMap,
  type Place,
  type Street,
  type StreetKind,
} from './city-map.ts';

/** One vector tile of the layer `osm`, in the tile numbering of web maps. */
export interface MapTile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly bytes: Uint8Array;
}

type Tags = Record<string, string | number | boolean>;
type ToLatLng = (point: { readonly x: number; readonly y: number }) => LatLng;

const POINT = 1;
const LINE = 2;
const POLYGON = 3;

/** What makes a named feature a place, in the order in which the kind is taken. */
const PLACE_KEYS = [
  'amenity',
  'shop',
  'tourism',
  'leisure',
  'healthcare',
  'office',
  'craft',
  'historic',
  'place',
];

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
    streets.push({ ...name, kind, oneway: direction !== 0, points });
  }
}

/** Undefined where no courier drives: footpaths, building sites, and what is closed to the public. */
function streetKind(tags: Tags): StreetKind | undefined {
  const access = tags['access'] ?? tags['motor_vehicle'];
  if (access === 'private' || access === 'no') {
    // A shopping street closed to vehicles still has doors and a name on the map.
    return tags['highway'] === 'pedestrian' ? 'pedestrian' : undefined;
  }
  // Aisles between parked cars are most of what is mapped as service way, and lead nowhere.
  if (tags['service'] === 'parking_aisle') return undefined;
  const highway = textOf(tags['highway']).replace(/_link$/, '');
  if (highway === 'road') return 'unclassified';
  return STREET_KINDS.find((kind) => kind === highway);
}

/** 1 along the points, -1 against them, 0 both ways. Motorways and roundabouts are one-way unless they say otherwise. */
function onewayOf(tags: Tags, kind: StreetKind): -1 | 0 | 1 {
  const oneway = tags['oneway'];
  if (oneway === 'yes' || oneway === 'true' || oneway === '1' || oneway === 1 || oneway === true) return 1;
  if (oneway === '-1' || oneway === -1 || oneway === 'reverse') return -1;
  if (oneway !== undefined) return 0;
  const junction = tags['junction'];
  return kind === 'motorway' || junction === 'roundabout' || junction === 'circular' ? 1 : 0;
}

function placeKind(tags: Tags): string | undefined {
  for (const key of PLACE_KEYS) {
    const value = tags[key];
    if (value !== undefined) return value === 'yes' ? key : textOf(value);
  }
  return undefined;
}

function addArea(feature: VectorTileFeature, toLatLng: ToLatLng, areas: Area[]): void {
  const kind = areaKind(feature.properties);
  if (kind === undefined) return;
  for (const polygon of classifyRings(feature.loadGeometry())) {
    areas.push({ kind, rings: polygon.map((ring) => ring.map(toLatLng)) });
  }
}

function areaKind(tags: Tags): Area['kind'] | undefined {
  if (tags['natural'] === 'water' || tags['waterway'] === 'riverbank' || tags['landuse'] === 'reservoir') {
    return 'water';
  }
  if (tags['natural'] === 'beach' || tags['natural'] === 'sand') return 'beach';
  const leisure = tags['leisure'];
  if (leisure === 'park' || leisure === 'garden' || leisure === 'golf_course') return 'park';
  const landuse = tags['landuse'];
  if (landuse === 'forest' || landuse === 'recreation_ground' || landuse === 'cemetery') return 'park';
  return undefined;
}

/** A point itself; of an outline the middle of its bounding box. */
function middleOf(feature: VectorTileFeature, toLatLng: ToLatLng): LatLng {
  if (feature.type === POINT) return toLatLng(feature.loadGeometry()[0]![0]!);
  const [left, top, right, bottom] = feature.bbox() as [number, number, number, number];
  return toLatLng({ x: (left + right) / 2, y: (top + bottom) / 2 });
}

/** One door often has the numbers of all flats behind it: `1234,1236,1240 B` is three addresses at one place. */
function splitHouseNumbers(houseNumbers: string): string[] {
  const numbers = houseNumbers.split(/[,;]/).map((number) => number.trim());
  return [...new Set(numbers)].filter((number) => number !== '');
}

function textOf(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value).trim();
}
