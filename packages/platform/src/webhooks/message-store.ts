import {
  type EpochMs,
  type MarketId,
  type WebhookId,
  type WebhookMessageId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import { lockReader } from './endpoint-store.ts';
import type { MessageDraft, MessageRecord, MessageState } from './message.ts';

/** Queues messages, due at once, in one statement. An event that an endpoint has already is passed over. */
export async function insertMessages(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  drafts: readonly MessageDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into webhooks.message
       (market_id, message_id, endpoint_id, type, seq, body, state, attempts, due_at, created_at)
     select $1, message_id, endpoint_id, type, seq, body, 'waiting', 0, $7::timestamptz, $7::timestamptz
     from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
       as draft (message_id, endpoint_id, type, seq, body)
     on conflict (market_id, endpoint_id, seq) do nothing`,
    [
      keyOf(marketId),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => keyOf(draft.endpointId)),
      drafts.map((draft) => draft.type),
      drafts.map((draft) => draft.position ?? null),
      drafts.map((draft) => draft.body),
      toRfc3339(at),
    ],
  );
}

/** A message that this process has to send. `attempts` counts this one. */
export interface TakenMessage {
  readonly id: WebhookMessageId;
  readonly body: string;
  readonly attempts: number;
}

/** Enabled endpoints that have a message due, in order of creation. One look into the index for each. */
export async function selectDueEndpoints(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
): Promise<WebhookId[]> {
  const rows = await db.query<{ endpoint_id: string }>(
    `select endpoint_id from webhooks.endpoint
     where market_id = $1 and enabled and deleted_at is null and exists (
       select from webhooks.message
       where message.market_id = $1 and message.endpoint_id = endpoint.endpoint_id
         and state = 'waiting' and due_at <= $2::timestamptz
     )
     order by endpoint_id`,
    [keyOf(marketId), toRfc3339(now)],
  );
  return rows.map((row) => idFromKey('whk', row.endpoint_id));
}

/**
 * Takes the messages of an endpoint that are longest due, passing over what another process is taking. Until `until`
 * nobody else takes them; then they count as lost with the process that did.
 */
export async function takeMessages(
  db: Queryable,
  marketId: MarketId,
  endpointId: WebhookId,
  now: EpochMs,
  until: EpochMs,
  limit: number,
): Promise<TakenMessage[]> {
  const rows = await db.query<{ message_id: string; body: string; attempts: number }>(
    `with due as materialized (
       select message_id from webhooks.message
       where market_id = $1 and endpoint_id = $2 and state = 'waiting' and due_at <= $3::timestamptz
       order by due_at, message_id
       limit $5
       for update skip locked
     )
     update webhooks.message set due_at = $4::timestamptz, attempts = attempts + 1
     from due
     where message.market_id = $1 and message.message_id = due.message_id
     returning message.message_id, body, attempts`,
    [keyOf(marketId), keyOf(endpointId), toRfc3339(now), toRfc3339(until), limit],
  );
  return rows.map((row) => ({
    id: idFromKey('msg', row.message_id),
    body: row.body,
    attempts: row.attempts,
  }));
}

/** How an attempt ended. `dueAt` is present exactly where there will be another one. */
export interface AttemptResult {
  readonly id: WebhookMessageId;
  readonly attempts: number;
  readonly state: MessageState;
  readonly dueAt: EpochMs | undefined;
  readonly status: number | undefined;
  readonly error: string | undefined;
}

/**
 * Writes how attempts ended. Where a message was taken again meanwhile the later attempt decides, but what was
 * delivered is delivered. Rows are locked in key order.
 */
export async function recordResults(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  results: readonly AttemptResult[],
): Promise<void> {
  const sorted = results.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await tx.query(
    `with result as materialized (
       select message.message_id, given.state, given.due_at, given.status, given.error
       from unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[])
         with ordinality as given (message_id, attempts, state, due_at, status, error, n)
       join webhooks.message on message.market_id = $1 and message.message_id = given.message_id
         and message.state = 'waiting'
         and (message.attempts = given.attempts or given.state = 'delivered')
       order by n
       for update of message
     )
     update webhooks.message
     set state = result.state, due_at = result.due_at, last_status = result.status, last_error = result.error,
       settled_at = case when result.state <> 'waiting' then $8::timestamptz end
     from result
     where message.market_id = $1 and message.message_id = result.message_id`,
    [
      keyOf(marketId),
      sorted.map((result) => keyOf(result.id)),
      sorted.map((result) => result.attempts),
      sorted.map((result) => result.state),
      sorted.map((result) => (result.dueAt === undefined ? null : toRfc3339(result.dueAt))),
      sorted.map((result) => result.status ?? null),
      sorted.map((result) => result.error ?? null),
      toRfc3339(at),
    ],
  );
}

interface MessageRow {
  readonly message_id: string;
  readonly endpoint_id: string;
  readonly type: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly due_at: EpochMs | null;
  readonly created_at: EpochMs;
  readonly settled_at: EpochMs | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
}

const COLUMNS = `message_id, endpoint_id, type, state, attempts, due_at, created_at, settled_at, last_status, last_error`;

function toRecord(row: MessageRow): MessageRecord {
  return {
    id: idFromKey('msg', row.message_id),
    endpointId: idFromKey('whk', row.endpoint_id),
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at ?? undefined,
    createdAt: row.created_at,
    settledAt: row.settled_at ?? undefined,
    lastStatus: row.last_status ?? undefined,
    lastError: row.last_error ?? undefined,
  };
}

/** Messages of an endpoint before `before`, newest first. */
export async function selectMessages(
  db: Queryable,
  marketId: MarketId,
  endpointId: WebhookId,
  filter: {
    readonly state: MessageState | undefined;
    readonly before: WebhookMessageId | undefined;
    readonly limit: number;
  },
): Promise<MessageRecord[]> {
  const rows = await db.query<MessageRow>(
    `select ${COLUMNS} from webhooks.message
     where market_id = $1 and endpoint_id = $2 and ($3::text is null or state = $3)
       and ($4::bigint is null or message_id < $4)
     order by message_id desc limit $5`,
    [
      keyOf(marketId),
      keyOf(endpointId),
      filter.state ?? null,
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map(toRecord);
}

export async function selectMessage(
  db: Queryable,
  marketId: MarketId,
  endpointId: WebhookId,
  id: WebhookMessageId,
): Promise<(MessageRecord & { readonly body: string }) | undefined> {
  const [row] = await db.query<MessageRow & { body: string }>(
    `select ${COLUMNS}, body from webhooks.message where market_id = $1 and endpoint_id = $2 and message_id = $3`,
    [keyOf(marketId), keyOf(endpointId), keyOf(id)],
  );
  return row === undefined ? undefined : { ...toRecord(row), body: row.body };
}

/** How many messages of an endpoint that are no events wait. A range of the unique index on `seq`. */
export async function countTestsWaiting(
  db: Queryable,
  marketId: MarketId,
  endpointId: WebhookId,
): Promise<number> {
  const [row] = await db.query<{ count: string }>(
    `select count(*) as count from webhooks.message
     where market_id = $1 and endpoint_id = $2 and seq is null and state = 'waiting'`,
    [keyOf(marketId), keyOf(endpointId)],
  );
  return Number(row!.count);
}

/**
 * Makes messages due now: settled ones from their first attempt on, waiting ones for their next. Those that are due
 * by `underWay` are due anyhow, or under way. `ids` names some; where absent, all of the endpoint that are not
 * delivered and were created at `since` or later, at most `limit`.
 *
 * @returns how many were changed
 */
export async function replayMessages(
  tx: Queryable,
  marketId: MarketId,
  endpointId: WebhookId,
  which: { readonly id: WebhookMessageId } | { readonly since: EpochMs; readonly limit: number },
  now: EpochMs,
  underWay: EpochMs,
): Promise<number> {
  const one = 'id' in which;
  const rows = await tx.query(one ? REPLAY_ONE : REPLAY_SINCE, [
    keyOf(marketId),
    keyOf(endpointId),
    toRfc3339(now),
    toRfc3339(underWay),
    ...(one ? [keyOf(which.id)] : [toRfc3339(which.since), which.limit]),
  ]);
  return rows.length;
}

function replay(which: string): string {
  return `with chosen as materialized (
      select message_id from webhooks.message
      where market_id = $1 and endpoint_id = $2 and (state <> 'waiting' or due_at > $4::timestamptz) and ${which}
      for update
    )
    update webhooks.message
    set state = 'waiting', due_at = $3::timestamptz, settled_at = null,
      attempts = case when state = 'waiting' then attempts else 0 end
    from chosen
    where message.market_id = $1 and message.message_id = chosen.message_id
    returning 1 as one`;
}

const REPLAY_ONE = replay('message_id = $5');
const REPLAY_SINCE = replay(
  `state <> 'delivered' and created_at >= $5::timestamptz order by message_id limit $6`,
);

/**
 * Forgets messages that were settled before the moments given, and those of deleted endpoints, at most `limit` of
 * each; then endpoints that were deleted and have no message left. @returns how many messages
 */
export async function forgetMessages(
  tx: Tx,
  marketId: MarketId,
  before: { readonly delivered: EpochMs; readonly failed: EpochMs },
  limit: number,
): Promise<number> {
  // No message is made meanwhile, so none can be left without its endpoint.
  await lockReader(tx, marketId);
  const key = keyOf(marketId);
  let count = 0;
  for (const state of ['delivered', 'failed'] as const) {
    const rows = await tx.query(
      `delete from webhooks.message where market_id = $1 and message_id in (
         select message_id from webhooks.message
         where market_id = $1 and state = $2 and settled_at < $3::timestamptz
         order by settled_at limit $4
       ) returning 1 as one`,
      [key, state, toRfc3339(before[state]), limit],
    );
    count += rows.length;
  }
  const orphans = await tx.query(
    `delete from webhooks.message where market_id = $1 and message_id in (
       select message_id from webhooks.endpoint
       join webhooks.message using (market_id, endpoint_id)
       where market_id = $1 and deleted_at is not null limit $2
     ) returning 1 as one`,
    [key, limit],
  );
  await tx.query(
    `delete from webhooks.endpoint where market_id = $1 and deleted_at is not null and not exists (
       select from webhooks.message
       where message.market_id = $1 and message.endpoint_id = endpoint.endpoint_id
     )`,
    [key],
  );
  return count + orphans.length;
}
