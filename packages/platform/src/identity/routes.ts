import type { ApiKey, User } from '@halfhour/contract';
import { type UserId, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import type { Authority, Handlers } from '../api/index.ts';
import type { Identity } from './identity.ts';
import type { ApiKeyRecord, UserRecord } from './user.ts';

/**
 * The routes of identity that need nothing of the connection. Signing in, up and out set and read cookies
 * and addresses, so the server binds them itself to `signIn`, `signUp` and `signOut`.
 */
export function createIdentityRoutes(
  identity: Identity,
): Handlers<'getMe' | 'createApiKey' | 'listApiKeys' | 'revokeApiKey'> {
  return {
    async getMe({ authority }) {
      const user = await identity.findUser(signedIn(authority));
      return user === undefined ? err({ code: 'not_found' }) : ok(toUser(user));
    },

    async createApiKey({ authority, body }) {
      const created = await identity.createKey(signedIn(authority), body.name);
      return created.ok ? ok({ ...toApiKey(created.value), secret: created.value.secret }) : created;
    },

    async listApiKeys({ authority }) {
      return ok({ items: (await identity.listKeys(signedIn(authority))).map(toApiKey) });
    },

    revokeApiKey: ({ authority, params }) => identity.revokeKey(signedIn(authority), params.apiKeyId),
  };
}

/** The user as the API shows it. */
export function toUser(user: UserRecord): User {
  return {
    id: user.id,
    name: user.name,
    ...(user.email === undefined ? {} : { email: user.email }),
    grants: [...user.grants],
  };
}

function toApiKey(key: ApiKeyRecord): ApiKey {
  return {
    id: key.id,
    name: key.name,
    userId: key.userId,
    createdAt: toRfc3339(key.createdAt),
    lastFour: key.lastFour,
    ...(key.revokedAt === undefined ? {} : { revokedAt: toRfc3339(key.revokedAt) }),
  };
}

function signedIn(authority: Authority | undefined): UserId {
  invariant(authority !== undefined, 'the contract lets only those who are signed in call this');
  return authority.userId;
}
