import { z } from 'zod';
import {
  type Clock,
  type CourierId,
  MINUTE_MS,
  type MarketId,
  type Ticker,
  addMs,
  epochMs,
  parseId,
} from '@halfhour/kernel';
import type { CourierPosition, Couriers } from '@halfhour/platform/couriers';
import type { EventFeed } from '@halfhour/platform/events';
import type { Link } from './nats-link.ts';

export interface BetweenProcessesDeps {
  readonly link: Link;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly feed: Pick<EventFeed, 'poke'>;
  readonly couriers: Pick<Couriers, 'onReport' | 'receivePositions'>;
  /** Whether this process serves the market; messages of others are passed over. */
  readonly serves: (marketId: MarketId) => boolean;
}

export interface BetweenProcesses {
  /** Events of the market were committed here; of some market where it is not known. */
  committed(marketId?: MarketId): void;
  close(): void;
}

/** Subjects are one a market, so that a process can listen to a few of many. */
const POSITIONS = 'halfhour.positions.';
const EVENTS = 'halfhour.events.';
const ANY_MARKET = 'any';
/** Positions are gathered for a moment: the last one of each courier, in one message for all. */
const POSITIONS_MS = 100;
/** Commits of a market within this time are told once. */
const EVENTS_MS = 5;
/** About 40 kB a message. */
const MAX_POSITIONS = 500;
/** One that is further ahead would keep out all that its courier reports until then. */
const MAX_AHEAD_MS = MINUTE_MS;

const POSITIONS_MESSAGE = z
  .array(
    z.tuple([
      z.string(),
      z.number().min(-90).max(90),
      z.number().min(-180).max(180),
      z.number().int().positive(),
    ]),
  )
  .max(MAX_POSITIONS);

/**
 * Tells the other processes at once what they would find in Postgres within a second: where couriers are, and that
 * a market has new events. Messages are hints: a lost one costs time, a repeated or late one nothing.
 */
export function joinProcesses(deps: BetweenProcessesDeps): BetweenProcesses {
  const { link, clock, ticker, feed, couriers, serves } = deps;
  const moved = new Map<MarketId, Map<CourierId, CourierPosition>>();
  const changed = new Set<MarketId | typeof ANY_MARKET>();
  const timers = new Map<string, () => void>();
  let closed = false;

  function soon(name: string, milliseconds: number, run: () => void): void {
    if (closed || timers.has(name)) return;
    const cancel = ticker.after(milliseconds, () => {
      timers.delete(name);
      run();
    });
    timers.set(name, cancel);
  }

  function tellPositions(): void {
    for (const [marketId, positions] of moved) {
      const rows = [...positions].map(([courierId, { place, at }]) => [courierId, place.lat, place.lng, at]);
      for (let start = 0; start < rows.length; start += MAX_POSITIONS) {
        link.publish(POSITIONS + marketId, JSON.stringify(rows.slice(start, start + MAX_POSITIONS)));
      }
    }
    moved.clear();
  }

  function tellChanges(): void {
    for (const market of changed) link.publish(EVENTS + market, '');
    changed.clear();
  }

  /** The served market that a subject names. */
  function marketOf(subject: string, prefix: string): MarketId | undefined {
    const marketId = parseId('mkt', subject.slice(prefix.length));
    return marketId !== undefined && serves(marketId) ? marketId : undefined;
  }

  const stopListening = couriers.onReport((marketId, courierId, position) => {
    const positions = moved.get(marketId) ?? new Map<CourierId, CourierPosition>();
    moved.set(marketId, positions.set(courierId, position));
    soon('positions', POSITIONS_MS, tellPositions);
  });

  link.subscribe(`${POSITIONS}*`, (subject, text) => {
    const marketId = marketOf(subject, POSITIONS);
    const message = marketId === undefined ? undefined : readPositions(text);
    if (marketId === undefined || message === undefined) return;
    const latest = addMs(clock.now(), MAX_AHEAD_MS);
    const positions = new Map<CourierId, CourierPosition>();
    for (const [id, lat, lng, at] of message) {
      const courierId = parseId('cou', id);
      if (courierId === undefined || at > latest) continue;
      positions.set(courierId, { place: { lat, lng }, at: epochMs(at) });
    }
    couriers.receivePositions(marketId, positions);
  });

  link.subscribe(`${EVENTS}*`, (subject) => {
    if (subject === EVENTS + ANY_MARKET) return feed.poke();
    const marketId = marketOf(subject, EVENTS);
    if (marketId !== undefined) feed.poke(marketId);
  });

  return {
    committed(marketId) {
      changed.add(marketId ?? ANY_MARKET);
      soon('events', EVENTS_MS, tellChanges);
    },
    close() {
      closed = true;
      stopListening();
      for (const cancel of timers.values()) cancel();
    },
  };
}

/** Undefined for what no process of ours would send. */
function readPositions(text: string): z.infer<typeof POSITIONS_MESSAGE> | undefined {
  try {
    return POSITIONS_MESSAGE.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
