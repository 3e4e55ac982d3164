import { type EpochMs, type LatLng, MINUTE_MS } from '@halfhour/kernel';
import type { Roads } from './roads.ts';

/** What dispatch asks of ways: see `Travel` there. */
interface Travel {
  nodeOf(place: LatLng): number;
  seconds(fromNode: number, toNode: number): number;
  metres(fromNode: number, toNode: number): number;
}

/** Traffic changes: what is older is asked for again. */
const KEPT_MS = 15 * MINUTE_MS;
/** About 40 MB in each of two generations. */
const MAX_PAIRS = 300_000;
/** What a round of dispatch may ask for; the rest waits for the next. */
const MAX_PAIRS_A_ROUND = 20_000;
/** And so long; a round must not wait for a slow service. */
const MAX_ROUND_MS = 1_500;
/** Places on each side of a question. */
const SIDE = 50;
/** An outside service that differs by more than this measures something else. */
const MAX_RATIO = 3;

/**
 * Travel times from outside for a dispatcher that asks a million times a second: pairs are asked for in batches before
 * a round and kept for a quarter of an hour. A pair that is not known is ridden on the market's own streets, made longer
 * or shorter as those that are known were, so that no courier looks quicker for being unknown.
 */
export class RoadTable {
  private readonly roads: Roads;
  private readonly elapsedMs: () => number;
  private known = new Map<number, { readonly seconds: number; readonly metres: number }>();
  private older = this.known;
  private begunAt = -Infinity;
  private outsideSeconds = 0;
  private ownSeconds = 0;

  /** @param elapsedMs real milliseconds that only ever grow */
  constructor(roads: Roads, elapsedMs: () => number) {
    this.roads = roads;
    this.elapsedMs = elapsedMs;
  }

  /** Asks for what is not known of the ways from each of `from` to each of `to`. */
  async learn(
    own: Travel,
    now: EpochMs,
    pairs: readonly { readonly from: readonly LatLng[]; readonly to: readonly LatLng[] }[],
  ): Promise<void> {
    if (now - this.begunAt >= KEPT_MS || this.known.size > MAX_PAIRS) {
      this.older = this.known;
      this.known = new Map();
      this.begunAt = now;
    }
    let left = MAX_PAIRS_A_ROUND;
    const until = this.elapsedMs() + MAX_ROUND_MS;
    for (const { from, to } of pairs) {
      for (const targets of portions(to)) {
        const missing = from.filter((place) =>
          targets.some((target) => !this.known.has(nameOf(own.nodeOf(place), own.nodeOf(target)))),
        );
        for (const sources of portions(missing)) {
          left -= sources.length * targets.length;
          if (left < 0 || this.elapsedMs() > until) return;
          await this.ask(own, sources, targets);
        }
      }
    }
  }

  private async ask(own: Travel, from: readonly LatLng[], to: readonly LatLng[]): Promise<void> {
    const { seconds, metres } = await this.roads.matrix('motorcycle', from, to);
    from.forEach((source, row) => {
      to.forEach((target, column) => {
        const at = row * to.length + column;
        if (!Number.isFinite(seconds[at]) || !Number.isFinite(metres[at])) return;
        const [a, b] = [own.nodeOf(source), own.nodeOf(target)];
        const pair = { seconds: Math.round(seconds[at]!), metres: Math.round(metres[at]!) };
        this.known.set(nameOf(a, b), pair);
        this.outsideSeconds += pair.seconds;
        this.ownSeconds += own.seconds(a, b);
      });
    });
  }

  /** Ways as known from outside, else along the own streets. */
  over(own: Travel): Travel {
    const ratio =
      this.ownSeconds === 0
        ? 1
        : Math.max(1 / MAX_RATIO, Math.min(MAX_RATIO, this.outsideSeconds / this.ownSeconds));
    const pairOf = (from: number, to: number) => {
      const name = nameOf(from, to);
      return this.known.get(name) ?? this.older.get(name);
    };
    return {
      nodeOf: own.nodeOf,
      seconds: (from, to) => pairOf(from, to)?.seconds ?? Math.round(own.seconds(from, to) * ratio),
      metres: (from, to) => pairOf(from, to)?.metres ?? own.metres(from, to),
    };
  }
}

function nameOf(from: number, to: number): number {
  return from * 0x400_0000 + to;
}

function portions<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / SIDE) }, (_, index) =>
    items.slice(index * SIDE, (index + 1) * SIDE),
  );
}
