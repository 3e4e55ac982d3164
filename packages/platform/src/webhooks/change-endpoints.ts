import type { BodyOf, RouteOf } from '@halfhour/contract';
import {
  DAY_MS,
  type EpochMs,
  type MarketId,
  type Result,
  type WebhookId,
  type WebhookMessageId,
  addMs,
  err,
  keyOf,
  ok,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { readHead } from '../events/index.ts';
import { selectMerchants } from '../stores/index.ts';
import type { WebhookDeps } from './create-webhooks.ts';
import {
  type EndpointRecord,
  MAX_ENDPOINTS,
  MAX_OF_MARKET,
  MAX_OF_MERCHANT,
  checkUrl,
  isOwn,
} from './endpoint.ts';
import {
  insertEndpointWithin,
  insertSecretWithin,
  markDeleted,
  selectEndpoint,
  updateEndpoint,
} from './endpoint-store.ts';
import { type MessageRecord, bodyOf } from './message.ts';
import { countTestsWaiting, insertMessages, replayMessages, selectMessage } from './message-store.ts';
import { LEASE_MS } from './send-messages.ts';
import { SECRET_BYTES, showSecret } from './sign.ts';

/** How long the secrets before the newest go on signing. */
export const ROTATION_MS = DAY_MS;
const MAX_SECRETS = 5;
const MAX_REPLAYED = 10_000;
/** So that tests, which are made by hand, cannot fill a queue either. */
const MAX_TESTS_WAITING = 10;

/**
 * An endpoint for the events from now on, with its secret, which is shown this once.
 * Errors: `not_found` (merchant), `invalid_request` (URL, or a merchant who names none), `wrong_state` (a limit).
 */
export async function createEndpoint(
  deps: WebhookDeps,
  marketId: MarketId,
  draft: BodyOf<RouteOf<'createWebhook'>>,
  authority: Authority,
): Promise<Result<{ readonly endpoint: EndpointRecord; readonly secret: string }, ApiError>> {
  const { merchantId } = draft;
  if (!isOwn(authority, { merchantId })) {
    return merchantId === undefined
      ? err({
          code: 'invalid_request',
          detail: 'Name your `merchantId`: a merchant gets its own events alone.',
        })
      : err({ code: 'not_found', detail: 'There is no such merchant.' });
  }
  const url = checkUrl(draft.url, deps.development);
  if (!url.ok) return url;
  return deps.db.transact<{ endpoint: EndpointRecord; secret: string }, ApiError>(async (tx) => {
    if (merchantId !== undefined && !(await selectMerchants(tx, marketId, [merchantId])).has(merchantId)) {
      return err({ code: 'not_found', detail: 'There is no such merchant.' });
    }
    const at = deps.wallClock.now();
    const endpoint: EndpointRecord = {
      id: deps.ids.next('whk'),
      marketId,
      merchantId,
      url: url.value,
      eventTypes: [...new Set(draft.eventTypes)],
      enabled: true,
      disabledReason: undefined,
      since: await readHead(tx, marketId),
      behind: undefined,
      failingSince: undefined,
      createdAt: at,
    };
    const limit = await insertEndpointWithin(tx, endpoint, {
      market: MAX_OF_MARKET,
      merchant: MAX_OF_MERCHANT,
      all: MAX_ENDPOINTS,
    });
    if (limit !== undefined) {
      return err({
        code: 'wrong_state',
        detail: `There are ${limit} endpoints already, and more are not given.`,
      });
    }
    const bytes = deps.secrets.bytes(SECRET_BYTES);
    await insertSecretWithin(tx, endpoint, secretRow(deps, bytes, at), MAX_SECRETS);
    return ok({ endpoint, secret: showSecret(bytes) });
  });
}

/** Errors: `not_found`, `invalid_request` (URL). */
export async function changeEndpoint(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  change: BodyOf<RouteOf<'updateWebhook'>>,
  authority: Authority,
): Promise<Result<EndpointRecord, ApiError>> {
  const url = change.url === undefined ? undefined : checkUrl(change.url, deps.development);
  if (url?.ok === false) return url;
  return deps.db.transact<EndpointRecord, ApiError>(async (tx) => {
    const before = await selectEndpoint(tx, marketId, id, 'lock');
    if (before === undefined || !isOwn(authority, before)) return err({ code: 'not_found' });
    const enabled = change.enabled ?? before.enabled;
    // Another address, or a person who says that it is mended: the count of days begins anew.
    const isFresh = (url !== undefined && url.value !== before.url) || (enabled && !before.enabled);
    const endpoint: EndpointRecord = {
      ...before,
      url: url?.value ?? before.url,
      eventTypes: change.eventTypes === undefined ? before.eventTypes : [...new Set(change.eventTypes)],
      enabled,
      disabledReason: enabled ? undefined : before.disabledReason,
      failingSince: isFresh ? undefined : before.failingSince,
    };
    await updateEndpoint(tx, endpoint);
    return ok(endpoint);
  });
}

/** Nothing more is sent; the messages are removed in bulk later. Deleting twice is one deletion. Errors: `not_found`. */
export async function deleteEndpoint(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  authority: Authority,
): Promise<Result<undefined, ApiError>> {
  return deps.db.transact<undefined, ApiError>(async (tx) => {
    const endpoint = await selectEndpoint(tx, marketId, id, 'lock even deleted');
    if (endpoint === undefined || !isOwn(authority, endpoint)) return err({ code: 'not_found' });
    await markDeleted(tx, marketId, id, deps.wallClock.now());
    return ok(undefined);
  });
}

/** A new secret, shown this once; the old ones sign for a day more. Errors: `not_found`, `wrong_state` (too many). */
export async function rotateSecret(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  authority: Authority,
): Promise<Result<{ readonly secret: string; readonly oldUntil: EpochMs }, ApiError>> {
  return deps.db.transact<{ secret: string; oldUntil: EpochMs }, ApiError>(async (tx) => {
    const endpoint = await selectEndpoint(tx, marketId, id, 'lock');
    if (endpoint === undefined || !isOwn(authority, endpoint)) return err({ code: 'not_found' });
    const bytes = deps.secrets.bytes(SECRET_BYTES);
    const row = secretRow(deps, bytes, deps.wallClock.now());
    if (!(await insertSecretWithin(tx, endpoint, row, MAX_SECRETS))) {
      return err({
        code: 'wrong_state',
        detail: `It has ${MAX_SECRETS} secrets already; the old ones end 24 hours after they were replaced.`,
      });
    }
    return ok({ secret: showSecret(bytes), oldUntil: row.oldUntil });
  });
}

function secretRow(deps: WebhookDeps, bytes: Buffer, at: EpochMs) {
  // Rises with time like any id, so that the newest is the last.
  return { key: keyOf(deps.ids.next('whk')), bytes, at, oldUntil: addMs(at, ROTATION_MS) };
}

/** Queues a message of type `WebhookTest`. Errors: `not_found`, `wrong_state` (disabled, or many tests wait). */
export async function sendTest(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  authority: Authority,
): Promise<Result<MessageRecord, ApiError>> {
  return deps.db.transact<MessageRecord, ApiError>(async (tx) => {
    const endpoint = await selectEndpoint(tx, marketId, id, 'lock');
    if (endpoint === undefined || !isOwn(authority, endpoint)) return err({ code: 'not_found' });
    if (!endpoint.enabled)
      return err({ code: 'wrong_state', detail: 'The endpoint is disabled: enable it first.' });
    if ((await countTestsWaiting(tx, marketId, id)) >= MAX_TESTS_WAITING) {
      return err({
        code: 'wrong_state',
        detail: `${MAX_TESTS_WAITING} tests wait already: read how they went.`,
      });
    }
    const messageId = deps.ids.next('msg');
    const body = bodyOf({
      marketId,
      type: 'WebhookTest',
      subject: id,
      at: deps.clock.now(),
      by: authority.role,
      data: { webhookId: id },
    });
    const draft = { id: messageId, endpointId: id, type: 'WebhookTest', position: undefined, body };
    await insertMessages(tx, marketId, deps.wallClock.now(), [draft]);
    return ok((await selectMessage(tx, marketId, id, messageId))!);
  });
}

/** Sends one message again from its first attempt on, or now instead of later. Errors: `not_found`. */
export async function replayMessage(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  messageId: WebhookMessageId,
  authority: Authority,
): Promise<Result<MessageRecord, ApiError>> {
  const endpoint = await selectEndpoint(deps.db, marketId, id);
  if (endpoint === undefined || !isOwn(authority, endpoint)) return err({ code: 'not_found' });
  const now = deps.wallClock.now();
  await replayMessages(deps.db, marketId, id, { id: messageId }, now, addMs(now, LEASE_MS));
  const message = await selectMessage(deps.db, marketId, id, messageId);
  return message === undefined ? err({ code: 'not_found' }) : ok(message);
}

/** Does so for all messages not delivered that were made since a time, a limited number a call. Errors: `not_found`. */
export async function replaySince(
  deps: WebhookDeps,
  marketId: MarketId,
  id: WebhookId,
  since: EpochMs,
  authority: Authority,
): Promise<Result<{ readonly replayed: number; readonly more: boolean }, ApiError>> {
  const endpoint = await selectEndpoint(deps.db, marketId, id);
  if (endpoint === undefined || !isOwn(authority, endpoint)) return err({ code: 'not_found' });
  const now = deps.wallClock.now();
  const which = { since, limit: MAX_REPLAYED };
  const replayed = await replayMessages(deps.db, marketId, id, which, now, addMs(now, LEASE_MS));
  return ok({ replayed, more: replayed === MAX_REPLAYED });
}
