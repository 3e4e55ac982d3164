import { LRUCache } from 'lru-cache';
import { type Clock, DAY_MS, SECOND_MS, addMs, createGroupExecutor } from '@halfhour/kernel';
import type { Caller } from '../api/index.ts';
import type { Database } from '../postgres/index.ts';
import { extendSessions, selectKeyOwners, selectSessions } from './identity-store.ts';
import { type TokenKind, hashToken, tokenKind } from './token.ts';

export const SESSION_MS = 14 * DAY_MS;
/** A session is prolonged when a day of it is gone: one write a day, not one a request. */
const PROLONG_AFTER_MS = DAY_MS;
/** How long another process may still honour a token after it was revoked here. */
const CACHE_MS = 10 * SECOND_MS;
/** At 10,000 requests a second, each by somebody else, this is what ten seconds bring. */
const MAX_CACHED = 100_000;
const MAX_GROUP = 512;
const MAX_QUEUE = 10_000;

export interface Authenticator {
  /**
   * Who holds this token; undefined for a token that is unknown, expired or revoked. At once where it is
   * remembered: a promise a request shows in what a request costs. Rejects with GroupOverloaded where too many
   * tokens wait to be looked up.
   */
  authenticate(token: string): Caller | undefined | Promise<Caller | undefined>;
  /** Forgets a token by its hash, at once, in this process. */
  forget(tokenHash: string): void;
}

interface LookUp {
  readonly kind: TokenKind;
  readonly hash: string;
}

/**
 * Looks tokens up in Postgres, and remembers the answer for ten seconds. Unknown tokens are not remembered. What is
 * asked for while a statement runs goes into the next one: a token seen for the first time costs a share of a
 * statement and not one of its own.
 *
 * Remembered by the token itself and not by its hash, which would be made at each request. That a map tells how
 * long it compares helps nobody to guess 256 random bits.
 */
export function createAuthenticator(db: Database, clock: Clock): Authenticator {
  const known = new LRUCache<
    string,
    { readonly caller: Caller; readonly hash: string; readonly until: number }
  >({ max: MAX_CACHED });
  let revocations = 0;
  const lookUps = createGroupExecutor<LookUp, Caller | undefined>({
    maxGroup: MAX_GROUP,
    maxQueue: MAX_QUEUE,
    lanes: 1,
    laneOf: () => 0,
    run: lookUpAll,
    isItemFault: () => false,
  });

  async function lookUpAll(items: readonly LookUp[]): Promise<(Caller | undefined)[]> {
    const now = clock.now();
    const hashesOf = (kind: TokenKind): string[] =>
      items.flatMap((item) => (item.kind === kind ? [item.hash] : []));
    const [keys, sessions] = await Promise.all([
      selectKeyOwners(db, hashesOf('key')),
      selectSessions(db, hashesOf('session'), now),
    ]);
    const oldHashes = [...sessions].flatMap(([hash, { expiresAt }]) =>
      expiresAt - now < SESSION_MS - PROLONG_AFTER_MS ? [hash] : [],
    );
    await extendSessions(db, oldHashes, addMs(now, SESSION_MS));
    return items.map(({ kind, hash }) => (kind === 'key' ? keys.get(hash) : sessions.get(hash)?.caller));
  }

  async function lookUp(token: string): Promise<Caller | undefined> {
    const kind = tokenKind(token);
    if (kind === undefined || kind === 'link') return undefined;
    const hash = hashToken(token);
    const before = revocations;
    const caller = await lookUps.submit({ kind, hash });
    // What was read before a revocation must not be remembered after it.
    if (caller === undefined) known.delete(token);
    else if (before === revocations) known.set(token, { caller, hash, until: clock.now() + CACHE_MS });
    return caller;
  }

  return {
    authenticate(token) {
      const entry = known.get(token);
      return entry !== undefined && entry.until > clock.now() ? entry.caller : lookUp(token);
    },
    forget(tokenHash) {
      revocations += 1;
      for (const [token, { hash }] of known.entries()) if (hash === tokenHash) known.delete(token);
    },
  };
}
