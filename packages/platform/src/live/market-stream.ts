import type { Clock, StoreId } from '@halfhour/kernel';
import type { StreamMessage } from '../api/index.ts';
import { type Position, comparePositions, readEvents } from '../events/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { MarketView } from './market-view.ts';
import { RESET, toMarketMessage, toStoreMessage } from './stream-messages.ts';
import type { ViewChange } from './view-change.ts';

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
  const { timeZone } = view.market;
  const show = (change: ViewChange) => toMarketMessage(change, clock.now(), timeZone);
  yield* follow(db, view, 'market', show, after, signal, maxReplay);
}

/** The same for one store: its orders as a merchant sees them, its status, and the clock. */
export async function* streamStore(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  view: MarketView,
  storeId: StoreId,
  after: Position | undefined,
  signal: AbortSignal,
  maxReplay = MAX_REPLAY,
): AsyncGenerator<StreamMessage> {
  const { timeZone } = view.market;
  const show = (change: ViewChange) => toStoreMessage(change, clock.now(), timeZone);
  yield* follow(db, view, storeId, show, after, signal, maxReplay);
}

async function* follow(
  db: Queryable,
  view: MarketView,
  topic: 'market' | StoreId,
  show: (change: ViewChange) => StreamMessage | undefined,
  after: Position | undefined,
  signal: AbortSignal,
  maxReplay: number,
): AsyncGenerator<StreamMessage> {
  const leaving = new AbortController();
  const queue = view.subscribe(topic, AbortSignal.any([signal, leaving.signal]));
  try {
    if (after !== undefined) {
      const missed = await readMissed(db, view, after, maxReplay);
      if (missed === undefined) yield RESET;
      for (let start = 0; missed !== undefined && start < missed.length; start += PAGE) {
        for (const change of await view.replay(missed.slice(start, start + PAGE), topic)) {
          const message = show(change);
          if (message !== undefined) yield message;
        }
      }
    }
    for await (const change of queue) {
      // A reader who comes from another process may be ahead of this one.
      const position = 'position' in change ? change.position : undefined;
      if (position !== undefined && after !== undefined && comparePositions(position, after) <= 0) continue;
      const message = show(change);
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
