import type { Grant, Role } from '@halfhour/contract';
import {
  type ApiKeyId,
  type EpochMs,
  type Id,
  type IdPrefix,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Caller } from '../api/index.ts';
import type { Queryable, Tx } from '../postgres/index.ts';
import { hashToken } from './token.ts';
import { type ApiKeyDraft, type ApiKeyRecord, type UserDraft, type UserRecord, emailKey } from './user.ts';

/**
 * Inserts users with their grants in two statements, however many there are. A user whose e-mail address
 * is taken is passed over with its grants.
 * @returns for each draft whether it was inserted
 */
export async function insertUsers(tx: Tx, at: EpochMs, drafts: readonly UserDraft[]): Promise<boolean[]> {
  if (drafts.length === 0) return [];
  const inserted = await tx.query<{ user_id: string }>(
    `insert into identity.user_account (user_id, name, email, email_key, password_hash, created_at)
     select user_id, name, email, email_key, password_hash, $6::timestamptz
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
       as draft (user_id, name, email, email_key, password_hash)
     on conflict (email_key) do nothing
     returning user_id`,
    [
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => draft.name),
      drafts.map((draft) => draft.email?.trim() ?? null),
      drafts.map((draft) => (draft.email === undefined ? null : emailKey(draft.email))),
      drafts.map((draft) => draft.passwordHash ?? null),
      toRfc3339(at),
    ],
  );
  const fresh = new Set(inserted.map((row) => row.user_id));
  const written = drafts.map((draft) => fresh.has(keyOf(draft.id)));
  const grants = drafts.flatMap((draft, index) =>
    written[index] ? draft.grants.map((grant, number) => ({ userId: draft.id, number, grant })) : [],
  );
  const key = (id: Id<IdPrefix> | undefined): string | null => (id === undefined ? null : keyOf(id));
  await tx.query(
    `insert into identity.user_grant (user_id, number, role, market_id, merchant_id, courier_id)
     select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])`,
    [
      grants.map((row) => keyOf(row.userId)),
      grants.map((row) => row.number),
      grants.map((row) => row.grant.role),
      grants.map((row) => key(row.grant.marketId)),
      grants.map((row) => key(row.grant.merchantId)),
      grants.map((row) => key(row.grant.courierId)),
    ],
  );
  return written;
}

/** Inserts API keys in one statement, however many there are. */
export async function insertApiKeys(
  tx: Queryable,
  at: EpochMs,
  drafts: readonly ApiKeyDraft[],
): Promise<void> {
  await tx.query(
    `insert into identity.api_key (api_key_id, user_id, name, token_hash, last_four, created_at)
     select api_key_id, user_id, name, decode(token_hash, 'hex'), last_four, $6::timestamptz
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
       as draft (api_key_id, user_id, name, token_hash, last_four)`,
    [
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => keyOf(draft.userId)),
      drafts.map((draft) => draft.name),
      drafts.map((draft) => hashToken(draft.token)),
      drafts.map((draft) => draft.token.slice(-4)),
      toRfc3339(at),
    ],
  );
}

interface GrantRow {
  readonly role: Role;
  readonly marketId: string | null;
  readonly merchantId: string | null;
  readonly courierId: string | null;
}

/** Keys as text: a bigint in JSON would lose its last digits as a JavaScript number. */
const GRANTS = `(select coalesce(jsonb_agg(jsonb_build_object('role', role, 'marketId', market_id::text,
    'merchantId', merchant_id::text, 'courierId', courier_id::text) order by number), '[]')
  from identity.user_grant where user_grant.user_id = found.user_id) as grants`;

function toGrant(row: GrantRow): Grant {
  return {
    role: row.role,
    ...(row.marketId === null ? {} : { marketId: idFromKey('mkt', row.marketId) }),
    ...(row.merchantId === null ? {} : { merchantId: idFromKey('mer', row.merchantId) }),
    ...(row.courierId === null ? {} : { courierId: idFromKey('cou', row.courierId) }),
  };
}

export interface SessionOwner {
  readonly caller: Caller;
  readonly expiresAt: EpochMs;
}

/** Whose sessions these are, by the hash of their token; those that have expired or never were are not there. */
export async function selectSessions(
  db: Queryable,
  tokenHashes: readonly string[],
  now: EpochMs,
): Promise<Map<string, SessionOwner>> {
  if (tokenHashes.length === 0) return new Map();
  const rows = await db.query<OwnerRow & { expires_at: EpochMs }>(
    `select hash, user_id, expires_at, ${GRANTS}
     from unnest($1::text[]) as asked (hash)
     join identity.session as found on token_hash = decode(hash, 'hex')
     where expires_at > $2::timestamptz`,
    [tokenHashes, toRfc3339(now)],
  );
  return new Map(rows.map((row) => [row.hash, { caller: toCaller(row), expiresAt: row.expires_at }]));
}

/** Whose API keys these are, by the hash of their token; those that were revoked or never were are not there. */
export async function selectKeyOwners(
  db: Queryable,
  tokenHashes: readonly string[],
): Promise<Map<string, Caller>> {
  if (tokenHashes.length === 0) return new Map();
  const rows = await db.query<OwnerRow>(
    `select hash, user_id, ${GRANTS}
     from unnest($1::text[]) as asked (hash)
     join identity.api_key as found on token_hash = decode(hash, 'hex')
     where revoked_at is null`,
    [tokenHashes],
  );
  return new Map(rows.map((row) => [row.hash, toCaller(row)]));
}

interface OwnerRow {
  readonly hash: string;
  readonly user_id: string;
  readonly grants: readonly GrantRow[];
}

function toCaller(row: OwnerRow): Caller {
  return { userId: idFromKey('usr', row.user_id), grants: row.grants.map(toGrant) };
}

export async function insertSession(
  tx: Queryable,
  session: {
    readonly tokenHash: string;
    readonly userId: UserId;
    readonly at: EpochMs;
    readonly expiresAt: EpochMs;
  },
): Promise<void> {
  await tx.query(
    `insert into identity.session (token_hash, user_id, created_at, expires_at)
     values (decode($1, 'hex'), $2, $3::timestamptz, $4::timestamptz)`,
    [session.tokenHash, keyOf(session.userId), toRfc3339(session.at), toRfc3339(session.expiresAt)],
  );
}

export async function extendSessions(
  db: Queryable,
  tokenHashes: readonly string[],
  expiresAt: EpochMs,
): Promise<void> {
  if (tokenHashes.length === 0) return;
  await db.query(
    `update identity.session set expires_at = $2::timestamptz
     where token_hash = any (select decode(hash, 'hex') from unnest($1::text[]) as asked (hash))`,
    [tokenHashes, toRfc3339(expiresAt)],
  );
}

export async function deleteSession(db: Queryable, tokenHash: string): Promise<void> {
  await db.query(`delete from identity.session where token_hash = decode($1, 'hex')`, [tokenHash]);
}

export async function selectUser(db: Queryable, userId: UserId): Promise<UserRecord | undefined> {
  const [row] = await db.query<{ name: string; email: string | null; grants: GrantRow[] }>(
    `select name, email, ${GRANTS} from identity.user_account as found where user_id = $1`,
    [keyOf(userId)],
  );
  if (row === undefined) return undefined;
  return { id: userId, name: row.name, email: row.email ?? undefined, grants: row.grants.map(toGrant) };
}

/** What signing in needs to know of the user with this e-mail address. */
export async function selectCredentials(
  db: Queryable,
  email: string,
): Promise<{ readonly userId: UserId; readonly passwordHash: string | undefined } | undefined> {
  const [row] = await db.query<{ user_id: string; password_hash: string | null }>(
    `select user_id, password_hash from identity.user_account where email_key = $1`,
    [emailKey(email)],
  );
  if (row === undefined) return undefined;
  return { userId: idFromKey('usr', row.user_id), passwordHash: row.password_hash ?? undefined };
}

/** The keys of a user in order of creation, revoked ones too. */
export async function selectApiKeys(db: Queryable, userId: UserId): Promise<ApiKeyRecord[]> {
  const rows = await db.query<{
    api_key_id: string;
    name: string;
    last_four: string;
    created_at: EpochMs;
    revoked_at: EpochMs | null;
  }>(
    `select api_key_id, name, last_four, created_at, revoked_at
     from identity.api_key where user_id = $1 order by api_key_id`,
    [keyOf(userId)],
  );
  return rows.map((row) => ({
    id: idFromKey('api', row.api_key_id),
    userId,
    name: row.name,
    lastFour: row.last_four,
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  }));
}

/**
 * Inserts a key unless the user has `maximum` already. The row of the user is locked meanwhile, so that two
 * at the same time cannot pass the count together.
 */
export async function insertApiKeyWithin(
  tx: Tx,
  at: EpochMs,
  draft: ApiKeyDraft,
  maximum: number,
): Promise<boolean> {
  await tx.query(`select from identity.user_account where user_id = $1 for update`, [keyOf(draft.userId)]);
  const [row] = await tx.query<{ count: string }>(
    `select count(*) as count from identity.api_key where user_id = $1`,
    [keyOf(draft.userId)],
  );
  if (Number(row!.count) >= maximum) return false;
  await insertApiKeys(tx, at, [draft]);
  return true;
}

/** Revokes a key of the user; the first revocation's time stays. @returns the token's hash, undefined where there is no such key */
export async function updateKeyRevoked(
  db: Queryable,
  userId: UserId,
  apiKeyId: ApiKeyId,
  at: EpochMs,
): Promise<string | undefined> {
  const [row] = await db.query<{ token_hash: string }>(
    `update identity.api_key set revoked_at = coalesce(revoked_at, $3::timestamptz)
     where api_key_id = $1 and user_id = $2
     returning encode(token_hash, 'hex') as token_hash`,
    [keyOf(apiKeyId), keyOf(userId), toRfc3339(at)],
  );
  return row?.token_hash;
}

export async function insertSignInLink(
  db: Queryable,
  link: { readonly tokenHash: string; readonly userId: UserId; readonly expiresAt: EpochMs },
): Promise<void> {
  await db.query(
    `insert into identity.sign_in_link (token_hash, user_id, expires_at)
     values (decode($1, 'hex'), $2, $3::timestamptz)`,
    [link.tokenHash, keyOf(link.userId), toRfc3339(link.expiresAt)],
  );
}

/** Uses a link up: of two at the same time, one gets the user. */
export async function takeSignInLink(
  tx: Queryable,
  tokenHash: string,
  now: EpochMs,
): Promise<UserId | undefined> {
  const [row] = await tx.query<{ user_id: string; expired: boolean }>(
    `delete from identity.sign_in_link where token_hash = decode($1, 'hex')
     returning user_id, expires_at <= $2::timestamptz as expired`,
    [tokenHash, toRfc3339(now)],
  );
  return row === undefined || row.expired ? undefined : idFromKey('usr', row.user_id);
}

/** Deletes sessions and links that have expired, at most `limit` of each. @returns how many */
export async function deleteExpired(db: Queryable, now: EpochMs, limit: number): Promise<number> {
  const at = toRfc3339(now);
  const sessions = await db.query(
    `delete from identity.session where token_hash in
       (select token_hash from identity.session where expires_at <= $1::timestamptz limit $2)
     returning 1 as one`,
    [at, limit],
  );
  const links = await db.query(
    `delete from identity.sign_in_link where token_hash in
       (select token_hash from identity.sign_in_link where expires_at <= $1::timestamptz limit $2)
     returning 1 as one`,
    [at, limit],
  );
  return sessions.length + links.length;
}
