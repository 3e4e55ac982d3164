import { LRUCache } from 'lru-cache';
import { type Clock, type EpochMs, MINUTE_MS } from '@halfhour/kernel';

const TRIES = 10;
const WINDOW_MS = MINUTE_MS;
/** Beyond this the pair that tried longest ago is forgotten: an attacker buys tries only by using many. */
const MAX_PAIRS = 50_000;

/** Counts tries to sign in, per e-mail and address, so that a password cannot be guessed in bulk. */
export interface SignInThrottle {
  /** Counts a try. @returns seconds to wait, 0 where the try may go on */
  admit(pair: string): number;
  /** The right password: the pair starts anew. */
  clear(pair: string): void;
}

/** Ten tries a minute from the first; the try is counted before it is made, so that many at once count too. */
export function createSignInThrottle(clock: Clock): SignInThrottle {
  const windows = new LRUCache<string, { from: EpochMs; tries: number }>({ max: MAX_PAIRS });
  return {
    admit(pair) {
      const now = clock.now();
      const window = windows.get(pair);
      if (window === undefined || now - window.from >= WINDOW_MS) {
        windows.set(pair, { from: now, tries: 1 });
        return 0;
      }
      if (window.tries >= TRIES) return Math.ceil((window.from + WINDOW_MS - now) / 1_000);
      window.tries += 1;
      return 0;
    },
    clear(pair) {
      windows.delete(pair);
    },
  };
}
