import { invariant } from './invariant.ts';

/** Randomness as an argument: the same seed gives the same run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, uniform in [0, below), for a whole `below` of 1 to 2^32. */
  below(below: number): number;
  /** One of the items, of which there must be one. */
  pick<T>(items: readonly T[]): T;
  /** An independent stream; the same label of the same parent always gives the same stream. */
  fork(label: string): Random;
}

/**
 * xoshiro128** (Blackman and Vigna 2018). Its 128 bits of state come from four FNV-1a hashes of the seed with
 * different starts, each finished by splitmix32: with one hash of 32 bits, two of 77,000 forks would share
 * their stream as likely as not. Not for secrets.
 */
export function seededRandom(seed: string | number): Random {
  const text = String(seed);
  let a = hashOf(text, 0x811c9dc5);
  let b = hashOf(text, 0x9e3779b9);
  let c = hashOf(text, 0x7f4a7c15);
  let d = hashOf(text, 0xf39cc060);
  const nextUint32 = (): number => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const random: Random = {
    next: () => ((nextUint32() >>> 5) * 0x400_0000 + (nextUint32() >>> 6)) / 0x20_0000_0000_0000,
    below(limit) {
      invariant(
        Number.isInteger(limit) && limit >= 1 && limit <= 0x1_0000_0000,
        `not below 1 to 2^32: ${limit}`,
      );
      return Math.floor((nextUint32() / 0x1_0000_0000) * limit);
    },
    pick: (items) => items[random.below(items.length)]!,
    // The unit separator, so that fork('a').fork('b') is not fork('a/b').
    fork: (label) => seededRandom(`${text}\u001f${label}`),
  };
  // The first draws of states that differ in few bits are alike; these are thrown away.
  for (let draw = 0; draw < 8; draw++) nextUint32();
  return random;
}

/** A waiting time in the unit of `mean`, exponentially distributed: gaps between independent arrivals. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.next()) * mean;
}

/** Normally distributed (Box-Muller). */
export function normal(random: Random, mean: number, deviation: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return mean + deviation * radius * Math.cos(2 * Math.PI * random.next());
}

/** FNV-1a from `start`, finished by splitmix32. */
function hashOf(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = (hash + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}
