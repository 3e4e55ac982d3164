import type { MarketId, Ticker } from '@halfhour/kernel';
import type { Database, Tx } from '../postgres/index.ts';
import {
  type Position,
  type StoredEvent,
  lockReader,
  moveReader,
  readEvents,
  readEventsOfTypes,
  readHead,
} from './event-store.ts';

const BATCH = 500;

/** Hands the events of a market, in order, to all who listen in this process. */
export interface EventFeed {
  /**
   * Called for each event after `from` (the present where absent) until `signal` aborts. `begin` is called once before, when
   * the place is known, so that nothing falls between what it reads and the events. What throws is told, and tried again at
   * the next look.
   */
  follow(
    marketId: MarketId,
    listener: (event: StoredEvent) => void | Promise<void>,
    options: {
      from?: Position;
      begin?: () => Promise<void>;
      signal: AbortSignal;
      onError: (error: unknown) => void;
    },
  ): Promise<void>;
  /**
   * A writer has committed, here or in another process: look now instead of at the next poll. Wakes who follows
   * the market, or everyone where it is not known. What is read, and in which order, is Postgres' to say alone.
   */
  poke(marketId?: MarketId): void;
}

/**
 * A feed that looks when poked and at least every `pollMs` (other processes write too). LISTEN/NOTIFY is
 * not used: a notifying commit takes a lock of the whole server, which serialises commits.
 */
export function createEventFeed(db: Database, ticker: Ticker, pollMs: number): EventFeed {
  const followers = new Set<Follower>();

  function nextLook(follower: Follower, signal: AbortSignal): Promise<void> {
    // A commit while the last look ran may be missing in it.
    if (follower.poked) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        follower.wake = undefined;
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = ticker.after(pollMs, wake);
      signal.addEventListener('abort', wake, { once: true });
      follower.wake = wake;
    });
  }

  return {
    async follow(marketId, listener, { from, begin, signal, onError }) {
      const follower: Follower = { marketId, poked: false, wake: undefined };
      followers.add(follower);
      let position: Position | undefined = from;
      let start = begin;
      while (!signal.aborted) {
        follower.poked = false;
        try {
          position ??= await readHead(db, marketId);
          await start?.();
          start = undefined;
          const events = await readEvents(db, marketId, position, BATCH);
          for (const event of events) {
            if (signal.aborted) break;
            await listener(event);
            position = event.position;
          }
          if (events.length === BATCH) continue;
        } catch (error) {
          // Whatever failed is not to be tried again at once, however many commits there are.
          follower.poked = false;
          onError(error);
        }
        await nextLook(follower, signal);
      }
      followers.delete(follower);
    },
    poke(marketId) {
      for (const follower of followers) {
        if (marketId !== undefined && marketId !== follower.marketId) continue;
        follower.poked = true;
        follower.wake?.();
      }
    },
  };
}

/** One who follows a market. */
interface Follower {
  readonly marketId: MarketId;
  /** A writer has committed since the last look began. */
  poked: boolean;
  /** Ends the wait for the next look. */
  wake: (() => void) | undefined;
}

/**
 * Like `handleNextEvents`, for who needs events of a few types: the others are neither sent nor parsed.
 *
 * @returns whether there may be more
 */
export async function handleNextOfTypes(
  db: Database,
  marketId: MarketId,
  name: string,
  types: readonly string[],
  handle: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const position = await lockReader(tx, marketId, name);
    const next = await readEventsOfTypes(tx, marketId, position, types, BATCH);
    if (next === undefined) return false;
    if (next.events.length > 0) await handle(tx, next.events);
    await moveReader(tx, marketId, name, next.upTo);
    return true;
  });
}

/**
 * Handles the next events under a durable name: the handler's writes and the reader's new place commit
 * together, so each event takes effect exactly once, also across a crash.
 *
 * @returns how many events were handled
 */
export async function handleNextEvents(
  db: Database,
  marketId: MarketId,
  name: string,
  handle: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>,
): Promise<number> {
  return db.transaction(async (tx) => {
    const position = await lockReader(tx, marketId, name);
    const events = await readEvents(tx, marketId, position, BATCH);
    if (events.length === 0) return 0;
    await handle(tx, events);
    await moveReader(tx, marketId, name, events.at(-1)!.position);
    return events.length;
  });
}
