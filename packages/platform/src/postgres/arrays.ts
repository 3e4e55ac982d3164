import { type EpochMs, type Id, type IdPrefix, invariant, keyOf, writeKey } from '@halfhour/kernel';

/**
 * Arrays of values as Postgres receives them in binary: a group of hundreds of commands goes over as columns. As
 * text each value would be formatted here and parsed there.
 */

const HEADER = 20;
const NULL_LENGTH = -1;
/** Milliseconds from 1970 to 2000, where Postgres begins to count microseconds. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_32 = 2 ** 32;

const OID = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  bytea: 17,
  timestamptz: 1184,
} as const;

function header(buffer: Buffer, oid: number, length: number, hasNull: boolean): void {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
}

function empty(oid: number): Buffer {
  const buffer = Buffer.alloc(12);
  buffer.writeInt32BE(oid, 8);
  return buffer;
}

/** Elements of one width; `write` gets the place of a value that is not undefined. */
function fixed<T>(
  oid: number,
  width: number,
  values: readonly (T | undefined)[],
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  if (values.length === 0) return empty(oid);
  const buffer = Buffer.allocUnsafe(HEADER + values.length * (4 + width));
  let at = HEADER;
  let hasNull = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === undefined) {
      hasNull = true;
      at = buffer.writeInt32BE(NULL_LENGTH, at);
    } else {
      at = buffer.writeInt32BE(width, at);
      write(buffer, value, at);
      at += width;
    }
  }
  header(buffer, oid, values.length, hasNull);
  return at === buffer.length ? buffer : buffer.subarray(0, at);
}

function writeInt8(buffer: Buffer, value: number, at: number): void {
  invariant(Number.isSafeInteger(value), `not a whole number: ${value}`);
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_32, at + 4);
}

/** The keys of ids, as `bigint[]`; null where undefined. */
export function keyArray(ids: readonly (Id<IdPrefix> | undefined)[]): Buffer {
  return fixed(OID.int8, 8, ids, writeKeyAt);
}

/**
 * The smallest and the largest key of ids, at least one. A statement that names both finds its partition when it is
 * planned, and does not ask each of them for each row.
 */
export function keyRange(ids: readonly Id<IdPrefix>[]): [low: string, high: string] {
  let low = ids[0]!;
  let high = low;
  // Ids sort as their keys do.
  for (const id of ids) {
    if (id < low) low = id;
    if (id > high) high = id;
  }
  return [keyOf(low), keyOf(high)];
}

function writeKeyAt(buffer: Buffer, id: Id<IdPrefix>, at: number): void {
  writeKey(id, buffer, at);
}

/** Whole numbers, as `bigint[]`. */
export function int8Array(values: readonly (number | undefined)[]): Buffer {
  return fixed(OID.int8, 8, values, writeInt8);
}

/** Whole numbers, as `int[]`. */
export function int4Array(values: readonly (number | undefined)[]): Buffer {
  return fixed(OID.int4, 4, values, (buffer, value, at) => void buffer.writeInt32BE(value, at));
}

/** Whole numbers, as `smallint[]`. */
export function int2Array(values: readonly (number | undefined)[]): Buffer {
  return fixed(OID.int2, 2, values, (buffer, value, at) => void buffer.writeInt16BE(value, at));
}

export function booleanArray(values: readonly (boolean | undefined)[]): Buffer {
  return fixed(OID.bool, 1, values, (buffer, value, at) => void buffer.writeUInt8(value ? 1 : 0, at));
}

/** Moments, as `timestamptz[]`. */
export function momentArray(moments: readonly (EpochMs | undefined)[]): Buffer {
  return fixed(OID.timestamptz, 8, moments, (buffer, moment, at) =>
    writeInt8(buffer, (moment - POSTGRES_EPOCH_MS) * 1_000, at),
  );
}

export function textArray(values: readonly (string | undefined)[]): Buffer {
  return texts(OID.text, values);
}

/** Texts that are JSON already, as `json[]`. */
export function jsonArray(values: readonly (string | undefined)[]): Buffer {
  return texts(OID.json, values);
}

function texts(oid: number, values: readonly (string | undefined)[]): Buffer {
  if (values.length === 0) return empty(oid);
  let size = HEADER + values.length * 4;
  for (const value of values) if (value !== undefined) size += value.length * 3;
  const buffer = Buffer.allocUnsafe(size);
  let at = HEADER;
  let hasNull = false;
  for (const value of values) {
    if (value === undefined) {
      hasNull = true;
      at = buffer.writeInt32BE(NULL_LENGTH, at);
    } else {
      const length = buffer.write(value, at + 4, 'utf8');
      buffer.writeInt32BE(length, at);
      at += 4 + length;
    }
  }
  header(buffer, oid, values.length, hasNull);
  return buffer.subarray(0, at);
}

export function bytesArray(values: readonly (Uint8Array | undefined)[]): Buffer {
  if (values.length === 0) return empty(OID.bytea);
  let size = HEADER;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const buffer = Buffer.allocUnsafe(size);
  let at = HEADER;
  let hasNull = false;
  for (const value of values) {
    if (value === undefined) {
      hasNull = true;
      at = buffer.writeInt32BE(NULL_LENGTH, at);
    } else {
      at = buffer.writeInt32BE(value.length, at);
      buffer.set(value, at);
      at += value.length;
    }
  }
  header(buffer, OID.bytea, values.length, hasNull);
  return buffer;
}
