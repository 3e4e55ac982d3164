import { PbfWriter } from 'pbf';

// For tests alone: nothing here is shared with what reads.

type Tags = Record<string, string>;
export interface Extract {
  readonly nodes: readonly { id: number; lat: number; lng: number; tags?: Tags }[];
  readonly ways: readonly { id: number; tags: Tags; nodes: number[] }[];
  readonly relations?: readonly { tags: Tags; members: [type: 0 | 1 | 2, id: number, role: string][] }[];
}
export interface ExtractForm {
  readonly dense?: boolean;
  /** Compresses the blocks by zlib; raw without it. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array;
  readonly feature?: string;
  readonly granularity?: number;
}

/** Writes a file as the format says; what is read shares nothing with it. */
export function encodeExtract(
  extract: Extract,
  { dense = true, deflate, feature, granularity = 100 }: ExtractForm = {},
): Uint8Array {
  const strings = [''];
  const text = (value: string): number => {
    if (!strings.includes(value)) strings.push(value);
    return strings.indexOf(value);
  };
  const scaled = (degrees: number): number => Math.round((degrees * 1e9) / granularity);
  const steps = (values: readonly number[]): number[] =>
    values.map((value, at) => value - (values[at - 1] ?? 0));
  const writeTags = (tags: Tags, pbf: PbfWriter): void => {
    pbf.writePackedVarint(2, Object.keys(tags).map(text));
    pbf.writePackedVarint(3, Object.values(tags).map(text));
  };
  const group = new PbfWriter();
  if (dense) {
    group.writeMessage(
      2,
      (_, pbf) => {
        pbf.writePackedSVarint(1, steps(extract.nodes.map(({ id }) => id)));
        pbf.writePackedSVarint(8, steps(extract.nodes.map(({ lat }) => scaled(lat))));
        pbf.writePackedSVarint(9, steps(extract.nodes.map(({ lng }) => scaled(lng))));
        const pairs = extract.nodes.flatMap(({ tags = {} }) => [...Object.entries(tags).flat().map(text), 0]);
        pbf.writePackedVarint(10, pairs);
      },
      null,
    );
  } else {
    for (const { id, lat, lng, tags = {} } of extract.nodes) {
      group.writeMessage(
        1,
        (_, pbf) => {
          pbf.writeSVarintField(1, id);
          writeTags(tags, pbf);
          pbf.writeSVarintField(8, scaled(lat));
          pbf.writeSVarintField(9, scaled(lng));
        },
        null,
      );
    }
  }
  for (const { id, tags, nodes } of extract.ways) {
    group.writeMessage(
      3,
      (_, pbf) => {
        pbf.writeVarintField(1, id);
        writeTags(tags, pbf);
        pbf.writePackedSVarint(8, steps(nodes));
      },
      null,
    );
  }
  for (const { tags, members } of extract.relations ?? []) {
    group.writeMessage(
      4,
      (_, pbf) => {
        pbf.writeVarintField(1, 1);
        writeTags(tags, pbf);
        pbf.writePackedVarint(
          8,
          members.map(([, , role]) => text(role)),
        );
        pbf.writePackedSVarint(9, steps(members.map(([, id]) => id)));
        pbf.writePackedVarint(
          10,
          members.map(([type]) => type),
        );
      },
      null,
    );
  }
  const data = new PbfWriter();
  data.writeMessage(
    1,
    (_, pbf) => strings.forEach((each) => pbf.writeBytesField(1, Buffer.from(each))),
    null,
  );
  data.writeBytesField(2, group.finish());
  data.writeVarintField(17, granularity);
  const header = new PbfWriter();
  header.writeStringField(4, 'OsmSchema-V0.6');
  if (feature !== undefined) header.writeStringField(4, feature);
  return Buffer.concat([
    encodeBlob('OSMHeader', header.finish(), deflate),
    encodeBlob('OSMData', data.finish(), deflate),
  ]);
}

export function encodeBlob(type: string, content: Uint8Array, deflate?: ExtractForm['deflate']): Buffer {
  const body = new PbfWriter();
  if (deflate !== undefined) {
    body.writeVarintField(2, content.length);
    body.writeBytesField(3, deflate(content));
  } else body.writeBytesField(1, content);
  const bytes = body.finish();
  const header = new PbfWriter();
  header.writeStringField(1, type);
  header.writeVarintField(3, bytes.length);
  const headerBytes = header.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  return Buffer.concat([length, headerBytes, bytes]);
}

/** A crossing of two streets, a way around, a bakery, a house and a pond. Ids as large as they are today. */
const BASE = 12_000_000_000;
export const exampleExtract: Extract = {
  nodes: [
    { id: BASE + 1, lat: -34.9001, lng: -56.1 },
    { id: BASE + 2, lat: -34.9, lng: -56.1 },
    { id: BASE + 3, lat: -34.899, lng: -56.1 },
    { id: BASE + 4, lat: -34.9, lng: -56.101 },
    { id: BASE + 5, lat: -34.9, lng: -56.099 },
    { id: BASE + 6, lat: -34.902, lng: -56.1015 },
    {
      id: BASE + 7,
      lat: -34.8995,
      lng: -56.0995,
      tags: { name: 'El Trigal', shop: 'bakery', 'addr:street': 'Sur', 'addr:housenumber': '12,14' },
    },
    { id: BASE + 8, lat: -34.91, lng: -56.11 },
    { id: BASE + 9, lat: -34.91, lng: -56.109 },
    { id: BASE + 10, lat: -34.909, lng: -56.109 },
  ],
  ways: [
    { id: 1, tags: { highway: 'residential', name: 'Sur' }, nodes: [BASE + 1, BASE + 2] },
    { id: 2, tags: { highway: 'residential', name: 'Norte' }, nodes: [BASE + 2, BASE + 3] },
    { id: 3, tags: { highway: 'residential', name: 'Oeste' }, nodes: [BASE + 2, BASE + 4] },
    {
      id: 4,
      tags: { highway: 'primary', name: 'Este', oneway: '-1', 'oneway:bicycle': 'no' },
      nodes: [BASE + 2, BASE + 5],
    },
    { id: 5, tags: { highway: 'residential', name: 'Vuelta' }, nodes: [BASE + 1, BASE + 6, BASE + 4] },
    { id: 6, tags: { highway: 'residential', name: 'Ronda' }, nodes: [BASE + 3, BASE + 5, 77, BASE + 4] },
    { id: 7, tags: { highway: 'footway' }, nodes: [BASE + 3, BASE + 4] },
    { id: 8, tags: { natural: 'water' }, nodes: [BASE + 8, BASE + 9, BASE + 10, BASE + 8] },
    {
      id: 9,
      tags: { building: 'yes', 'addr:street': 'Norte', 'addr:housenumber': '3' },
      nodes: [BASE + 8, BASE + 9, BASE + 10, BASE + 8],
    },
  ],
  relations: [
    {
      tags: { type: 'restriction', restriction: 'no_left_turn', except: 'psv;bicycle' },
      members: [
        [1, 1, 'from'],
        [0, BASE + 2, 'via'],
        [1, 3, 'to'],
      ],
    },
    { tags: { type: 'restriction', restriction: 'no_entry' }, members: [[1, 1, 'from']] },
  ],
};
