import {
  type Clock,
  DAY_MS,
  type IdSource,
  type MarketId,
  type Random,
  addMs,
  sleep,
} from '@halfhour/kernel';
import type { Ticker } from '@halfhour/kernel';
import type { Database } from '../postgres/index.ts';
import type { ResolveHost } from './addresses.ts';
import { makeMessages } from './make-messages.ts';
import { forgetMessages } from './message-store.ts';
import { createPoster } from './post.ts';
import { createSender } from './send-messages.ts';

export const KEPT_DELIVERED_MS = 7 * DAY_MS;
export const KEPT_FAILED_MS = 30 * DAY_MS;
/** How often a market is looked at when nothing is under way, and when something is. */
const IDLE_LOOK_MS = 500;
const BUSY_LOOK_MS = 50;

export interface WebhookDeps {
  readonly db: Database;
  /** The market's: for events. */
  readonly clock: Clock;
  /** The wall's: receivers live in the world, and compare the time of a signature with their own. */
  readonly wallClock: Clock;
  readonly ticker: Ticker;
  readonly ids: IdSource;
  /** For the jitter of retries. */
  readonly random: Random;
  readonly secrets: { bytes(count: number): Buffer };
  /** Allows endpoints on http and in private networks. */
  readonly development: boolean;
  /** How host names are resolved, for tests; DNS where absent. */
  readonly resolve?: ResolveHost;
  readonly onCommit: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Webhooks {
  readonly deps: WebhookDeps;
  /** Makes messages of what has happened in a market and sends what is due, until `signal` aborts and all is written. */
  run(marketId: MarketId, signal: AbortSignal): Promise<void>;
  /** Makes messages of all that has happened so far. */
  makeDue(marketId: MarketId): Promise<void>;
  /** Sends until nothing is due. */
  sendDue(marketId: MarketId): Promise<void>;
  /** Forgets messages that were delivered a week ago or failed a month ago, at most `limit` of each. @returns how many */
  forget(marketId: MarketId, limit: number): Promise<number>;
  /** Closes idle connections. */
  close(): void;
}

export function createWebhooks(deps: WebhookDeps): Webhooks {
  const { db, wallClock, ticker, development, resolve } = deps;
  const poster = createPoster({ ticker, development, ...(resolve === undefined ? {} : { resolve }) });

  return {
    deps,
    async run(marketId, signal) {
      const sender = createSender(deps, poster, marketId, signal);
      while (!signal.aborted) {
        let isBusy = false;
        try {
          const hasMore = await makeMessages(deps, marketId);
          isBusy = (await sender.look()) || hasMore;
        } catch (error) {
          deps.onError(error);
        }
        // Rejects only when the work ends.
        await sleep(wallClock, isBusy ? BUSY_LOOK_MS : IDLE_LOOK_MS, signal).catch(() => undefined);
      }
      await sender.settled();
    },
    async makeDue(marketId) {
      while (await makeMessages(deps, marketId));
    },
    async sendDue(marketId) {
      const sender = createSender(deps, poster, marketId, new AbortController().signal);
      while (await sender.look()) await sender.settled();
    },
    forget(marketId, limit) {
      const now = wallClock.now();
      const before = { delivered: addMs(now, -KEPT_DELIVERED_MS), failed: addMs(now, -KEPT_FAILED_MS) };
      return db.transaction((tx) => forgetMessages(tx, marketId, before, limit));
    },
    close: () => poster.close(),
  };
}
