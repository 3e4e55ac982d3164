import type { LatLng } from '@halfhour/kernel';
import {
  boundsOf,
  createAddressTable,
  type Address,
  type Area,
  type CityMap,
  type Place,
  type Street,
  type TurnRestriction,
} from './city-map.ts';
import { OsmPbfError, readOsmPbf, type Inflate, type OsmMember, type OsmTags } from './osm-pbf-blocks.ts';
import {
  areaKind,
  isContraflow,
  onewayOf,
  placeKind,
  splitHouseNumbers,
  streetKind,
  textOf,
} from './osm-tags.ts';

/** 16 bytes each; a country has this many, a city a fiftieth of it. */
const MAX_NODES = 50_000_000;

interface Way {
  readonly id: number;
  readonly tags: OsmTags;
  readonly nodes: readonly number[];
}

/**
 * Decodes an `.osm.pbf` extract into a city: streets with their directions and turn restrictions, addresses
 * and places from nodes and outlines, areas from closed ways. Not read: areas that are relations, and
 * restrictions via a way. Throws OsmPbfError where the file cannot be read or has no street.
 */
export function decodeOsmPbf(
  bytes: Uint8Array,
  inflate: Inflate,
  city: { readonly name: string; readonly timeZone: string },
): CityMap {
  const nodes = new NodeTable();
  const found = new Found();
  const ways: Way[] = [];
  const restrictions: { readonly tags: OsmTags; readonly members: readonly OsmMember[] }[] = [];
  readOsmPbf(bytes, inflate, {
    node(id, latE7, lngE7, tags) {
      nodes.add(id, latE7, lngE7);
      if (tags !== undefined) found.add(tags, { lat: latE7 / 1e7, lng: lngE7 / 1e7 });
    },
    way(id, tags, refs) {
      const isOutline = areaKind(tags) !== undefined || isFound(tags);
      if (tags['highway'] !== undefined || isOutline) ways.push({ id, tags, nodes: refs });
    },
    relation(_id, tags, members) {
      if (tags['type'] === 'restriction') restrictions.push({ tags, members });
    },
  });
  nodes.sort();

  const streets: Street[] = [];
  const areas: Area[] = [];
  const streetNodes = new Map<number, readonly number[]>();
  for (const { id, tags, nodes: refs } of ways) {
    // Extracts are cut through ways: what lies outside is not there.
    const lines = nodes.linesOf(refs);
    if (tags['highway'] !== undefined) {
      const count = streets.length;
      for (const line of lines) addStreet(tags, line, streets);
      if (streets.length > count) streetNodes.set(id, refs);
      continue;
    }
    const outline = lines[0];
    if (outline === undefined) continue;
    found.add(tags, middleOf(outline));
    const kind = areaKind(tags);
    const isClosed = lines.length === 1 && outline.length > 3 && refs[0] === refs.at(-1);
    if (kind !== undefined && isClosed) areas.push({ kind, rings: [outline] });
  }
  if (streets.length === 0) {
    throw new OsmPbfError('The file has no streets: cut out the city with all its ways and nodes.');
  }
  const table = createAddressTable(found.addresses);
  return {
    ...city,
    attribution: '© OpenStreetMap contributors',
    bounds: boundsOf(streets, table),
    streets,
    turnRestrictions: restrictions.flatMap(({ tags, members }) =>
      restrictionsOf(tags, members, streetNodes, nodes),
    ),
    addresses: table,
    places: found.places,
    areas,
  };
}

/** Places of nodes by id, as columns, because a city has millions. */
class NodeTable {
  private ids = new Float64Array(1024);
  private lat = new Int32Array(1024);
  private lng = new Int32Array(1024);
  private count = 0;

  add(id: number, latE7: number, lngE7: number): void {
    if (!(Math.abs(latE7) <= 90e7 && Math.abs(lngE7) <= 180e7)) throw new RangeError('a node off the earth');
    if (this.count === MAX_NODES) {
      throw new OsmPbfError(
        'The file has more than 50 million nodes. Cut out the city: `osmium extract -b west,south,east,north`.',
      );
    }
    if (this.count === this.ids.length) this.grow();
    this.ids[this.count] = id;
    this.lat[this.count] = latE7;
    this.lng[this.count] = lngE7;
    this.count += 1;
  }

  /** Once all are there; files are usually sorted by id already. */
  sort(): void {
    let isSorted = true;
    for (let index = 1; index < this.count && isSorted; index++)
      isSorted = this.ids[index - 1]! <= this.ids[index]!;
    if (isSorted) return;
    const order = Uint32Array.from({ length: this.count }, (_, index) => index);
    const { ids, lat, lng } = this;
    order.sort((a, b) => ids[a]! - ids[b]!);
    this.ids = Float64Array.from(order, (index) => ids[index]!);
    this.lat = Int32Array.from(order, (index) => lat[index]!);
    this.lng = Int32Array.from(order, (index) => lng[index]!);
  }

  placeOf(id: number): LatLng | undefined {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.ids[middle]!;
      if (found === id) return { lat: this.lat[middle]! / 1e7, lng: this.lng[middle]! / 1e7 };
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** The stretches of a way that are in the file, each of two points or more. */
  linesOf(refs: readonly number[]): LatLng[][] {
    const lines: LatLng[][] = [[]];
    for (const ref of refs) {
      const place = this.placeOf(ref);
      if (place === undefined) lines.push([]);
      else lines.at(-1)!.push(place);
    }
    return lines.filter((line) => line.length > 1);
  }

  private grow(): void {
    const more = this.count * 2;
    const [ids, lat, lng] = [new Float64Array(more), new Int32Array(more), new Int32Array(more)];
    ids.set(this.ids);
    lat.set(this.lat);
    lng.set(this.lng);
    [this.ids, this.lat, this.lng] = [ids, lat, lng];
  }
}

/** Addresses and named places as they are found. */
class Found {
  readonly addresses: Address[] = [];
  readonly places: Place[] = [];

  add(tags: OsmTags, { lat, lng }: LatLng): void {
    const street = textOf(tags['addr:street']);
    const houseNumbers = splitHouseNumbers(textOf(tags['addr:housenumber']));
    if (street !== '') {
      for (const houseNumber of houseNumbers) this.addresses.push({ street, houseNumber, lat, lng });
    }
    const name = textOf(tags['name']);
    const kind = name === '' ? undefined : placeKind(tags);
    if (kind === undefined) return;
    this.places.push({
      name,
      kind,
      lat,
      lng,
      ...(street !== '' && { street }),
      ...(houseNumbers[0] !== undefined && { houseNumber: houseNumbers[0] }),
    });
  }
}

function isFound(tags: OsmTags): boolean {
  if (tags['addr:street'] !== undefined && tags['addr:housenumber'] !== undefined) return true;
  return tags['name'] !== undefined && placeKind(tags) !== undefined;
}

function addStreet(tags: OsmTags, points: LatLng[], streets: Street[]): void {
  const kind = streetKind(tags);
  if (kind === undefined) return;
  const name = textOf(tags['name']);
  const direction = onewayOf(tags, kind);
  streets.push({
    ...(name !== '' && { name }),
    kind,
    oneway: direction !== 0,
    ...(isContraflow(tags) && { contraflow: true }),
    points: direction === -1 ? points.toReversed() : points,
  });
}

/** A relation may name several streets that are left or entered; each way must end at the crossing. */
function restrictionsOf(
  tags: OsmTags,
  members: readonly OsmMember[],
  streetNodes: ReadonlyMap<number, readonly number[]>,
  nodes: NodeTable,
): TurnRestriction[] {
  const forAll = tags['restriction'];
  const sign = forAll ?? tags['restriction:motor_vehicle'] ?? tags['restriction:motorcar'] ?? '';
  const kind = sign.startsWith('no_') ? 'no' : sign.startsWith('only_') ? 'only' : undefined;
  const via = members.find((member) => member.role === 'via' && member.type === 'node');
  const viaPlace = via === undefined ? undefined : nodes.placeOf(via.id);
  if (kind === undefined || via === undefined || viaPlace === undefined) return [];
  const beside = (role: string): LatLng[] =>
    members
      .filter((member) => member.role === role && member.type === 'way')
      .flatMap(({ id }) => {
        const refs = streetNodes.get(id) ?? [];
        const next = refs[0] === via.id ? refs[1] : refs.at(-1) === via.id ? refs.at(-2) : undefined;
        return next === undefined ? [] : (nodes.placeOf(next) ?? []);
      });
  const exceptBicycles = forAll === undefined || (tags['except'] ?? '').split(/\s*;\s*/).includes('bicycle');
  return beside('from').flatMap((from) =>
    beside('to').map((to) => ({ kind, via: viaPlace, from, to, ...(exceptBicycles && { exceptBicycles }) })),
  );
}

/** Of the bounding box. */
function middleOf(line: readonly LatLng[]): LatLng {
  const lats = line.map(({ lat }) => lat);
  const lngs = line.map(({ lng }) => lng);
  const middle = (values: readonly number[]): number =>
    Math.round(((Math.min(...values) + Math.max(...values)) / 2) * 1e7) / 1e7;
  return { lat: middle(lats), lng: middle(lngs) };
}
