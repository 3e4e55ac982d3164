import { STREET_KINDS, type Area, type StreetKind } from './city-map.ts';

/** Tags of OpenStreetMap as a source gives them: text, or what a tile has made of it. */
export type Tags = Readonly<Record<string, string | number | boolean | undefined>>;

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

/** Undefined where no courier drives: footpaths, building sites, and what is closed to the public. */
export function streetKind(tags: Tags): StreetKind | undefined {
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
export function onewayOf(tags: Tags, kind: StreetKind): -1 | 0 | 1 {
  const oneway = tags['oneway'];
  if (oneway === 'yes' || oneway === 'true' || oneway === '1' || oneway === 1 || oneway === true) return 1;
  if (oneway === '-1' || oneway === -1 || oneway === 'reverse') return -1;
  if (oneway !== undefined) return 0;
  const junction = tags['junction'];
  return kind === 'motorway' || junction === 'roundabout' || junction === 'circular' ? 1 : 0;
}

/** Whether bicycles may ride a one-way street against its direction. */
export function isContraflow(tags: Tags): boolean {
  if (tags['oneway:bicycle'] === 'no') return true;
  return ['cycleway', 'cycleway:left', 'cycleway:right', 'cycleway:both'].some((key) =>
    textOf(tags[key]).startsWith('opposite'),
  );
}

export function placeKind(tags: Tags): string | undefined {
  for (const key of PLACE_KEYS) {
    const value = tags[key];
    if (value !== undefined) return value === 'yes' ? key : textOf(value);
  }
  return undefined;
}

export function areaKind(tags: Tags): Area['kind'] | undefined {
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

/** One door often has the numbers of all flats behind it: `1234,1236,1240 B` is three addresses at one place. */
export function splitHouseNumbers(houseNumbers: string): string[] {
  const numbers = houseNumbers.split(/[,;]/).map((number) => number.trim());
  return [...new Set(numbers)].filter((number) => number !== '');
}

export function textOf(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value).trim();
}
