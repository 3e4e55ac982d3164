import { LRUCache } from 'lru-cache';
import { type Clock, DAY_MS, SECOND_MS, addMs } from '@halfhour/kernel';
import type { Caller } from '../api/index.ts';
import type { Database } from '../postgres/index.ts';
import { extendSession, selectKeyOwner, selectSession } from './identity-store.ts';
import { hashToken, tokenKind } from './token.ts';

export const SESSION_MS = 14 * DAY_MS;
/** A session is prolonged when a day of it is gone: one write a day, not one a request. */
const PROLONG_AFTER_MS = DAY_MS;
/** How long another process may still honour a token after it was revoked here. */
const CACHE_MS = 10 * SECOND_MS;
const MAX_CACHED = 20_000;

export interface Authenticator {
  /** Who holds this token; undefined for a token that is unknown, expired or revoked. */
  authenticate(token: string): Promise<Caller | undefined>;
  /** Forgets a token by its hash, at once, in this process. */
  forget(tokenHash: string): void;
}

/** Looks tokens up in Postgres, and remembers the answer for ten seconds. Unknown tokens are not remembered. */
export function createAuthenticator(db: Database, clock: Clock): Authenticator {
  const known = new LRUCache<string, { readonly caller: Caller; readonly until: number }>({
    max: MAX_CACHED,
  });
  let revocations = 0;

  async function lookUp(kind: 'session' | 'key', hash: string): Promise<Caller | undefined> {
    if (kind === 'key') return selectKeyOwner(db, hash);
    const now = clock.now();
    const session = await selectSession(db, hash, now);
    if (session === undefined) return undefined;
    if (session.expiresAt - now < SESSION_MS - PROLONG_AFTER_MS) {
      await extendSession(db, hash, addMs(now, SESSION_MS));
    }
    return session.caller;
  }

  return {
    async authenticate(token) {
      const kind = tokenKind(token);
      if (kind === undefined || kind === 'link') return undefined;
      const hash = hashToken(token);
      const entry = known.get(hash);
      if (entry !== undefined && entry.until > clock.now()) return entry.caller;
      const before = revocations;
      const caller = await lookUp(kind, hash);
      // What was read before a revocation must not be remembered after it.
      if (caller === undefined) known.delete(hash);
      else if (before === revocations) known.set(hash, { caller, until: clock.now() + CACHE_MS });
      return caller;
    },
    forget(tokenHash) {
      revocations += 1;
      known.delete(tokenHash);
    },
  };
}
