import { PbfReader } from 'pbf';

/** The file is not OpenStreetMap data as this can read it; the message says what to do. */
export class OsmPbfError extends Error {}

/** Undoes zlib (RFC 1950); throws where the bytes are not that, or come to more than `maxBytes`. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Uint8Array;

/** What is read, in the order of the file. */
export interface OsmHandler {
  node(id: number, latE7: number, lngE7: number, tags: OsmTags | undefined): void;
  way(id: number, tags: OsmTags, nodes: readonly number[]): void;
  relation(id: number, tags: OsmTags, members: readonly OsmMember[]): void;
}

export type OsmTags = Readonly<Record<string, string>>;

export interface OsmMember {
  readonly type: 'node' | 'way' | 'relation';
  readonly id: number;
  readonly role: string;
}

// The limits of the format.
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BLOB_BYTES = 32 * 1024 * 1024;
const FEATURES = ['OsmSchema-V0.6', 'DenseNodes'];
const MEMBER_TYPES = ['node', 'way', 'relation'] as const;
const TRUNCATED = 'The file ends in the middle: download or cut it again.';

/**
 * Reads a file in the PBF format of OpenStreetMap, block by block. Mappers' names are never read. Throws
 * OsmPbfError where the file is damaged or of a kind that cannot be read.
 *
 * @see https://wiki.openstreetmap.org/wiki/PBF_Format
 */
export function readOsmPbf(bytes: Uint8Array, inflate: Inflate, handler: OsmHandler): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isFirst = true;
  for (let at = 0; at < bytes.length; isFirst = false) {
    if (at + 4 > bytes.length) throw new OsmPbfError(TRUNCATED);
    const headerBytes = view.getUint32(at);
    // The first four bytes of anything else come to far more than a header may have.
    if (headerBytes > MAX_HEADER_BYTES) {
      throw new OsmPbfError(
        isFirst
          ? 'This is no .osm.pbf file. OpenStreetMap data as XML is converted by `osmium cat in.osm -o out.osm.pbf`.'
          : 'The file is damaged: download or cut it again.',
      );
    }
    at += 4;
    if (at + headerBytes > bytes.length) throw new OsmPbfError(TRUNCATED);
    const header = parse('header', () => readBlobHeader(bytes.subarray(at, at + headerBytes)));
    at += headerBytes;
    if (header.size > MAX_BLOB_BYTES) throw new OsmPbfError('The file is damaged: download or cut it again.');
    if (at + header.size > bytes.length) throw new OsmPbfError(TRUNCATED);
    const blob = bytes.subarray(at, at + header.size);
    at += header.size;
    if (isFirst && header.type !== 'OSMHeader') throw new OsmPbfError('This is no .osm.pbf file.');
    if (header.type === 'OSMHeader') parse('header', () => checkHeader(openBlob(blob, inflate)));
    // Blocks of other types are to be passed over.
    if (header.type === 'OSMData') parse('data', () => readBlock(openBlob(blob, inflate), handler));
  }
  if (isFirst) throw new OsmPbfError('The file is empty.');
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof OsmPbfError) throw cause;
    throw new OsmPbfError(`The file is damaged (its ${what} cannot be read): download or cut it again.`, {
      cause,
    });
  }
}

function readBlobHeader(bytes: Uint8Array): { readonly type: string; readonly size: number } {
  return new PbfReader(bytes).readFields(
    (tag, header, pbf) => {
      if (tag === 1) header.type = pbf.readString();
      else if (tag === 3) header.size = pbf.readVarint();
    },
    { type: '', size: 0 },
  );
}

function openBlob(bytes: Uint8Array, inflate: Inflate): Uint8Array {
  const blob = new PbfReader(bytes).readFields(
    (tag, read: { raw?: Uint8Array; zlib?: Uint8Array; size: number }, pbf) => {
      if (tag === 1) read.raw = pbf.readBytes();
      else if (tag === 2) read.size = pbf.readVarint();
      else if (tag === 3) read.zlib = pbf.readBytes();
    },
    { size: 0 },
  );
  if (blob.raw !== undefined) return blob.raw;
  if (blob.zlib === undefined) {
    throw new OsmPbfError(
      'The file is not compressed by zlib: convert it by `osmium cat in.osm.pbf -o out.osm.pbf -f pbf`.',
    );
  }
  return inflate(blob.zlib, Math.min(MAX_BLOB_BYTES, blob.size));
}

function checkHeader(bytes: Uint8Array): void {
  const features = new PbfReader(bytes).readFields((tag, required: string[], pbf) => {
    if (tag === 4) required.push(pbf.readString());
  }, []);
  const unknown = features.filter((feature) => !FEATURES.includes(feature));
  if (unknown.length > 0) {
    throw new OsmPbfError(
      `The file needs what is not known here: ${unknown.join(', ')}. Take one without history.`,
    );
  }
}

interface Block {
  readonly strings: string[];
  readonly groups: Uint8Array[];
  granularity: number;
  latOffset: number;
  lngOffset: number;
}

function readBlock(bytes: Uint8Array, handler: OsmHandler): void {
  // Strings and scales may come after what needs them.
  const block = new PbfReader(bytes).readFields(
    (tag, read: Block, pbf) => {
      if (tag === 1) pbf.readMessage((inner) => inner === 1 && read.strings.push(pbf.readString()), null);
      else if (tag === 2) read.groups.push(pbf.readBytes());
      else if (tag === 17) read.granularity = pbf.readVarint(true);
      else if (tag === 19) read.latOffset = pbf.readVarint(true);
      else if (tag === 20) read.lngOffset = pbf.readVarint(true);
    },
    { strings: [], groups: [], granularity: 100, latOffset: 0, lngOffset: 0 },
  );
  for (const group of block.groups) {
    new PbfReader(group).readFields((tag, _, pbf) => {
      if (tag === 1) readNode(pbf.readBytes(), block, handler);
      else if (tag === 2) readDenseNodes(pbf.readBytes(), block, handler);
      else if (tag === 3) readWay(pbf.readBytes(), block, handler);
      else if (tag === 4) readRelation(pbf.readBytes(), block, handler);
    }, null);
  }
}

/** OpenStreetMap has seven decimals; the file counts in nanodegrees times its granularity. */
function toE7(offset: number, granularity: number, value: number): number {
  return Math.round((offset + granularity * value) / 100);
}

function readNode(bytes: Uint8Array, block: Block, handler: OsmHandler): void {
  const node = new PbfReader(bytes).readFields(
    (tag, read: { id: number; lat: number; lng: number; keys: number[]; values: number[] }, pbf) => {
      if (tag === 1) read.id = pbf.readSVarint();
      else if (tag === 2) pbf.readPackedVarint(read.keys);
      else if (tag === 3) pbf.readPackedVarint(read.values);
      else if (tag === 8) read.lat = pbf.readSVarint();
      else if (tag === 9) read.lng = pbf.readSVarint();
    },
    { id: 0, lat: 0, lng: 0, keys: [], values: [] },
  );
  const { granularity, latOffset, lngOffset, strings } = block;
  handler.node(
    node.id,
    toE7(latOffset, granularity, node.lat),
    toE7(lngOffset, granularity, node.lng),
    node.keys.length === 0 ? undefined : tagsOf(strings, node.keys, node.values),
  );
}

function readDenseNodes(bytes: Uint8Array, block: Block, handler: OsmHandler): void {
  const dense = new PbfReader(bytes).readFields(
    (tag, read: { ids: number[]; lats: number[]; lngs: number[]; tags: number[] }, pbf) => {
      if (tag === 1) pbf.readPackedSVarint(read.ids);
      else if (tag === 8) pbf.readPackedSVarint(read.lats);
      else if (tag === 9) pbf.readPackedSVarint(read.lngs);
      else if (tag === 10) pbf.readPackedVarint(read.tags);
    },
    { ids: [], lats: [], lngs: [], tags: [] },
  );
  const { granularity, latOffset, lngOffset, strings } = block;
  if (dense.lats.length !== dense.ids.length || dense.lngs.length !== dense.ids.length) {
    throw new RangeError('nodes without a place');
  }
  let [id, lat, lng, cursor] = [0, 0, 0, 0];
  for (let index = 0; index < dense.ids.length; index++) {
    id += dense.ids[index]!;
    lat += dense.lats[index]!;
    lng += dense.lngs[index]!;
    const keys: number[] = [];
    const values: number[] = [];
    // Pairs of key and value, a zero after those of each node.
    while (cursor < dense.tags.length && dense.tags[cursor] !== 0) {
      keys.push(dense.tags[cursor]!);
      values.push(dense.tags[cursor + 1]!);
      cursor += 2;
    }
    cursor += 1;
    handler.node(
      id,
      toE7(latOffset, granularity, lat),
      toE7(lngOffset, granularity, lng),
      keys.length === 0 ? undefined : tagsOf(strings, keys, values),
    );
  }
}

function readWay(bytes: Uint8Array, { strings }: Block, handler: OsmHandler): void {
  const way = new PbfReader(bytes).readFields(
    (tag, read: { id: number; keys: number[]; values: number[]; refs: number[] }, pbf) => {
      if (tag === 1) read.id = pbf.readVarint(true);
      else if (tag === 2) pbf.readPackedVarint(read.keys);
      else if (tag === 3) pbf.readPackedVarint(read.values);
      else if (tag === 8) pbf.readPackedSVarint(read.refs);
    },
    { id: 0, keys: [], values: [], refs: [] },
  );
  handler.way(way.id, tagsOf(strings, way.keys, way.values), running(way.refs));
}

function readRelation(bytes: Uint8Array, { strings }: Block, handler: OsmHandler): void {
  const relation = new PbfReader(bytes).readFields(
    (
      tag,
      read: { id: number; keys: number[]; values: number[]; roles: number[]; ids: number[]; types: number[] },
      pbf,
    ) => {
      if (tag === 1) read.id = pbf.readVarint(true);
      else if (tag === 2) pbf.readPackedVarint(read.keys);
      else if (tag === 3) pbf.readPackedVarint(read.values);
      else if (tag === 8) pbf.readPackedVarint(read.roles);
      else if (tag === 9) pbf.readPackedSVarint(read.ids);
      else if (tag === 10) pbf.readPackedVarint(read.types);
    },
    { id: 0, keys: [], values: [], roles: [], ids: [], types: [] },
  );
  const members = running(relation.ids).map((id, index) => ({
    type: MEMBER_TYPES[relation.types[index]!] ?? 'relation',
    id,
    role: strings[relation.roles[index]!] ?? '',
  }));
  handler.relation(relation.id, tagsOf(strings, relation.keys, relation.values), members);
}

/** Differences to numbers. */
function running(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

function tagsOf(strings: readonly string[], keys: readonly number[], values: readonly number[]): OsmTags {
  const tags: Record<string, string> = {};
  keys.forEach((key, index) => {
    const [name, value] = [strings[key], strings[values[index]!]];
    if (name === undefined || value === undefined) throw new RangeError('a tag without its text');
    tags[name] = value;
  });
  return tags;
}
