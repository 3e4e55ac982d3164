/** Randomness as an argument: the same seed gives the same run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, uniform in [0, below). */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** An independent stream; the same label of the same parent always gives the same stream. */
  fork(label: string): Random;
}

/** xoshiro128** (Blackman and Vigna 2018) seeded by splitmix32 over an FNV-1a hash of the seed. Not for secrets. */
export function seededRandom(seed: string | number): Random {
  let hash = fnv1a(String(seed));
  const splitmix = (): number => {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();
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
    below: (limit) => Math.floor((nextUint32() / 0x1_0000_0000) * limit),
    pick: (items) => items[random.below(items.length)]!,
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
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

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
