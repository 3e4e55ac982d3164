import type { Clock } from '@halfhour/kernel';
import type { StreamMessage } from '../api/index.ts';
import { type Position, comparePositions, readEvents } from '../events/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { MarketView } from './market-view.ts';
import { RESET, toMarketMessage } from './stream-messages.ts';

/** More than this is not replayed: the snapshot is smaller, and newer. */
export const MAX_REPLAY = 5_000;
const PAGE = 500;

/**
 * The market's changes after `after`, or from now on. What was missed is read from Postgres up to where the view
 * stands when the reader joins; what comes later waits in its queue meanwhile, so nothing is lost in between.
 */
export async function* streamMarket(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  view: MarketView,
  after: Position | undefined,
  signal: AbortSignal,
  maxReplay = MAX_REPLAY,
): AsyncGenerator<StreamMessage> {
  const leaving = new AbortController();
  const queue = view.subscribe('market', AbortSignal.any([signal, leaving.signal]));
  const { timeZone } = view.market;
  try {
    if (after !== undefined) {
      const missed = await readMissed(db, view, after, maxReplay);
      if (missed === undefined) yield RESET;
      for (let start = 0; missed !== undefined && start < missed.length; start += PAGE) {
        for (const change of await view.replay(missed.slice(start, start + PAGE))) {
          const message = toMarketMessage(change, clock.now(), timeZone);
          if (message !== undefined) yield message;
        }
      }
    }
    for await (const change of queue) {
      // A reader who comes from another process may be ahead of this one.
      const position = 'position' in change ? change.position : undefined;
      if (position !== undefined && after !== undefined && comparePositions(position, after) <= 0) continue;
      const message = toMarketMessage(change, clock.now(), timeZone);
      if (message !== undefined) yield message;
    }
  } finally {
    leaving.abort();
  }
}

/** Events after `after` up to where the view stands; undefined where they are too many. */
async function readMissed(db: Queryable, view: MarketView, after: Position, maxReplay: number) {
  const upTo = view.projection.position;
  const events = [];
  let from = after;
  while (comparePositions(from, upTo) < 0) {
    const page = await readEvents(db, view.market.id, from, PAGE);
    const wanted = page.filter((event) => comparePositions(event.position, upTo) <= 0);
    events.push(...wanted);
    if (events.length > maxReplay) return undefined;
    if (wanted.length < PAGE) break;
    from = wanted.at(-1)!.position;
  }
  return events;
}
