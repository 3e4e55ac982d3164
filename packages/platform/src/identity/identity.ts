import type { Grant } from '@halfhour/contract';
import {
  type ApiKeyId,
  type Clock,
  DAY_MS,
  type EpochMs,
  type IdSource,
  type Result,
  type UserId,
  addMs,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, Caller } from '../api/index.ts';
import type { Database, Queryable } from '../postgres/index.ts';
import { SESSION_MS, createAuthenticator } from './authenticate.ts';
import {
  deleteExpired,
  deleteSession,
  insertApiKeyWithin,
  insertSession,
  insertSignInLink,
  insertUsers,
  selectApiKeys,
  selectCredentials,
  selectUser,
  takeSignInLink,
  updateKeyRevoked,
} from './identity-store.ts';
import { createPasswordHasher } from './password.ts';
import { createSignInThrottle } from './sign-in-throttle.ts';
import { type SecretSource, drawToken, hashToken, tokenKind } from './token.ts';
import { type ApiKeyRecord, type UserRecord, emailKey } from './user.ts';

const LINK_MS = DAY_MS;
const MAX_KEYS = 100;
const SHOPPER: readonly Grant[] = [{ role: 'shopper' }];

export interface IdentityDeps {
  readonly db: Database;
  /** The wall clock, also where a market runs on a simulated one: sessions belong to people. */
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly secrets: SecretSource;
}

/** A session that begins. The token is shown once and stored nowhere. */
export interface SignedIn {
  readonly token: string;
  readonly user: UserRecord;
  readonly expiresAt: EpochMs;
}

export interface Identity {
  /**
   * Who holds this session token or API key; remembered for up to ten seconds, and told at once while it is.
   * Rejects with GroupOverloaded where too many wait to be looked up.
   */
  authenticate(token: string): Caller | undefined | Promise<Caller | undefined>;
  /** Errors: `wrong_credentials`, `too_many_requests` (with retryAfterSeconds), `overloaded`. */
  signIn(attempt: {
    readonly email: string;
    readonly password: string;
    /** Network address of the caller; ten tries a minute for each e-mail and address. */
    readonly address: string;
  }): Promise<Result<SignedIn, ApiError>>;
  /** A new shopper. Errors: `already_exists`, `overloaded`. */
  signUp(draft: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
  }): Promise<Result<SignedIn, ApiError>>;
  /** Ends a session; a token that is none ends nothing. */
  signOut(token: string): Promise<void>;
  /** A token that signs this user in once, within a day. */
  createSignInLink(userId: UserId): Promise<string>;
  /** Uses a link up; undefined where it was used, has expired or never was. */
  consumeSignInLink(token: string): Promise<SignedIn | undefined>;
  findUser(userId: UserId): Promise<UserRecord | undefined>;
  createKey(
    userId: UserId,
    name: string,
  ): Promise<Result<ApiKeyRecord & { readonly secret: string }, ApiError>>;
  listKeys(userId: UserId): Promise<ApiKeyRecord[]>;
  /** Errors: `not_found` where the user has no such key. Revoking twice is one revocation. */
  revokeKey(userId: UserId, apiKeyId: ApiKeyId): Promise<Result<undefined, ApiError>>;
  /** Deletes what has expired, at most `limit` rows of each kind. @returns how many */
  forgetExpired(limit: number): Promise<number>;
}

export function createIdentity(deps: IdentityDeps): Identity {
  const { db, clock, ids, secrets } = deps;
  const authenticator = createAuthenticator(db, clock);
  const passwords = createPasswordHasher(secrets);
  const throttle = createSignInThrottle(clock);

  async function beginSession(on: Queryable, userId: UserId): Promise<SignedIn> {
    const user = await selectUser(on, userId);
    invariant(user !== undefined, `no such user: ${userId}`);
    const token = drawToken(secrets, 'session');
    const at = clock.now();
    const expiresAt = addMs(at, SESSION_MS);
    await insertSession(on, { tokenHash: hashToken(token), userId, at, expiresAt });
    return { token, user, expiresAt };
  }

  return {
    authenticate: authenticator.authenticate,

    async signIn({ email, password, address }) {
      const pair = `${emailKey(email)} ${address}`;
      const retryAfterSeconds = throttle.admit(pair);
      if (retryAfterSeconds > 0) return err({ code: 'too_many_requests', retryAfterSeconds });
      const found = await selectCredentials(db, email);
      const right = await passwords.verify(password, found?.passwordHash);
      if (!right.ok) return right;
      if (!right.value || found === undefined) return err({ code: 'wrong_credentials' });
      throttle.clear(pair);
      return ok(await beginSession(db, found.userId));
    },

    async signUp({ name, email, password }) {
      const hash = await passwords.hash(password);
      if (!hash.ok) return hash;
      const id = ids.next('usr');
      return db.transact(async (tx): Promise<Result<SignedIn, ApiError>> => {
        const draft = { id, name, email, passwordHash: hash.value, grants: SHOPPER };
        const [inserted] = await insertUsers(tx, clock.now(), [draft]);
        if (!inserted) {
          return err({ code: 'already_exists', detail: 'There is a user with this e-mail address already.' });
        }
        return ok(await beginSession(tx, id));
      });
    },

    async signOut(token) {
      if (tokenKind(token) !== 'session') return;
      const hash = hashToken(token);
      await deleteSession(db, hash);
      authenticator.forget(hash);
    },

    async createSignInLink(userId) {
      const token = drawToken(secrets, 'link');
      const expiresAt = addMs(clock.now(), LINK_MS);
      await insertSignInLink(db, { tokenHash: hashToken(token), userId, expiresAt });
      return token;
    },

    async consumeSignInLink(token) {
      if (tokenKind(token) !== 'link') return undefined;
      return db.transaction(async (tx) => {
        const userId = await takeSignInLink(tx, hashToken(token), clock.now());
        return userId === undefined ? undefined : beginSession(tx, userId);
      });
    },

    findUser: (userId) => selectUser(db, userId),

    async createKey(userId, name) {
      const secret = drawToken(secrets, 'key');
      const at = clock.now();
      const draft = { id: ids.next('api'), userId, name, token: secret };
      const inserted = await db.transaction((tx) => insertApiKeyWithin(tx, at, draft, MAX_KEYS));
      if (!inserted) {
        return err({ code: 'wrong_state', detail: `You have ${MAX_KEYS} API keys, and more are not given.` });
      }
      const { id } = draft;
      return ok({
        id,
        userId,
        name,
        lastFour: secret.slice(-4),
        createdAt: at,
        revokedAt: undefined,
        secret,
      });
    },

    listKeys: (userId) => selectApiKeys(db, userId),

    async revokeKey(userId, apiKeyId) {
      const hash = await updateKeyRevoked(db, userId, apiKeyId, clock.now());
      if (hash === undefined) return err({ code: 'not_found' });
      authenticator.forget(hash);
      return ok(undefined);
    },

    forgetExpired: (limit) => deleteExpired(db, clock.now(), limit),
  };
}
