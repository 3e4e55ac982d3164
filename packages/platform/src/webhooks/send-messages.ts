import { DAY_MS, type MarketId, type WebhookId, addMs } from '@halfhour/kernel';
import { appendEvents } from '../events/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { WebhookDeps } from './create-webhooks.ts';
import type { DisabledReason, EndpointRecord } from './endpoint.ts';
import { selectEndpoint, selectSecrets, updateEndpoint } from './endpoint-store.ts';
import {
  type AttemptResult,
  type TakenMessage,
  recordResults,
  selectDueEndpoints,
  takeMessages,
} from './message-store.ts';
import type { PostOutcome, Poster } from './post.ts';
import { nextAttempt } from './retry.ts';
import { signatureHeaders } from './sign.ts';

/** Posts under way to one endpoint, and endpoints served at the same time by one process. */
const POSTS_EACH = 16;
const MAX_LANES = 32;
/** A lane begins no other round for its endpoint after this long: others may wait for the lane. */
const LANE_MS = 1_000;
/** A taken message whose process has not said how it went by then is taken again. Far above the timeout of a post. */
export const LEASE_MS = 60_000;
/** An endpoint that has taken nothing for this long is disabled. */
export const FAILING_LIMIT_MS = 5 * DAY_MS;

const GONE = 410;
const MAX_ERROR_LENGTH = 100;

/** Sends what is due, in one market. After its signal it begins no other round. */
export interface Sender {
  /** Begins with endpoints that have something due, as many as there are lanes. @returns whether any lane is busy */
  look(): Promise<boolean>;
  /** Resolves when all that was begun has ended and is written. */
  settled(): Promise<void>;
}

/**
 * A lane serves one endpoint for a while, in rounds: take a few messages, post them at the same time, write how they
 * ended in one statement. So an endpoint that answers slowly, or never, holds up itself alone; lanes go round the endpoints.
 */
export function createSender(
  deps: WebhookDeps,
  poster: Poster,
  marketId: MarketId,
  signal: AbortSignal,
): Sender {
  const lanes = new Map<WebhookId, Promise<void>>();
  let latest = '' as WebhookId;

  async function serve(endpointId: WebhookId): Promise<void> {
    try {
      const began = deps.ticker.elapsedMs();
      while ((await sendRound(deps, poster, marketId, endpointId)) === POSTS_EACH) {
        if (signal.aborted || deps.ticker.elapsedMs() - began >= LANE_MS) break;
      }
    } catch (error) {
      deps.onError(error);
    } finally {
      lanes.delete(endpointId);
    }
  }

  return {
    async look() {
      if (lanes.size < MAX_LANES) {
        const due = await selectDueEndpoints(deps.db, marketId, deps.wallClock.now());
        const inTurn = [...due.filter((id) => id > latest), ...due.filter((id) => id <= latest)];
        for (const id of inTurn) {
          // The signal may have come while this looked.
          if (lanes.size >= MAX_LANES || signal.aborted) break;
          if (lanes.has(id)) continue;
          latest = id;
          lanes.set(id, serve(id));
        }
      }
      return lanes.size > 0;
    },
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}

/** @returns how many messages were posted */
async function sendRound(
  deps: WebhookDeps,
  poster: Poster,
  marketId: MarketId,
  endpointId: WebhookId,
): Promise<number> {
  const { db, wallClock } = deps;
  const endpoint = await selectEndpoint(db, marketId, endpointId);
  if (endpoint === undefined || !endpoint.enabled) return 0;
  const now = wallClock.now();
  const secrets = await selectSecrets(db, marketId, endpointId, now);
  const until = addMs(now, LEASE_MS);
  const taken = await takeMessages(db, marketId, endpointId, now, until, POSTS_EACH);
  if (taken.length === 0) return 0;
  const outcomes = await Promise.all(
    taken.map((message) =>
      poster.post(
        endpoint.url,
        {
          'content-type': 'application/json',
          'user-agent': 'Halfhour-Webhooks',
          ...signatureHeaders(message, now, secrets),
        },
        message.body,
      ),
    ),
  );
  const results = taken.map((message, index) => resultOf(deps, message, outcomes[index]!));
  await db.transaction(async (tx) => {
    await recordResults(tx, marketId, wallClock.now(), results);
    await judge(tx, deps, endpoint, results);
  });
  deps.onCommit();
  return taken.length;
}

function resultOf(
  { wallClock, random }: WebhookDeps,
  { id, attempts }: TakenMessage,
  outcome: PostOutcome,
): AttemptResult {
  const status = 'status' in outcome ? outcome.status : undefined;
  const error = 'error' in outcome ? outcome.error.slice(0, MAX_ERROR_LENGTH) : undefined;
  if (status !== undefined && status >= 200 && status < 300) {
    return { id, attempts, state: 'delivered', dueAt: undefined, status, error };
  }
  const retryAfter = 'status' in outcome ? outcome.retryAfter : undefined;
  const dueAt = nextAttempt(wallClock.now(), attempts, retryAfter, random);
  return { id, attempts, state: dueAt === undefined ? 'failed' : 'waiting', dueAt, status, error };
}

/** Notes since when an endpoint fails, and disables one that is gone or has failed for too long. */
async function judge(
  tx: Tx,
  { clock, wallClock }: WebhookDeps,
  before: EndpointRecord,
  results: readonly AttemptResult[],
): Promise<void> {
  const isGone = results.some((result) => result.status === GONE);
  const isTaken = results.some((result) => result.state === 'delivered');
  if (isTaken && !isGone && before.failingSince === undefined) return;
  const endpoint = await selectEndpoint(tx, before.marketId, before.id, 'lock');
  // What was sent to another address says nothing about this one.
  if (endpoint === undefined || !endpoint.enabled || endpoint.url !== before.url) return;
  const now = wallClock.now();
  const failingSince = isTaken ? undefined : (endpoint.failingSince ?? now);
  let reason: DisabledReason | undefined;
  if (isGone) reason = 'gone';
  else if (failingSince !== undefined && now - failingSince >= FAILING_LIMIT_MS) reason = 'failing';
  if (failingSince === endpoint.failingSince && reason === undefined) return;
  await updateEndpoint(tx, {
    ...endpoint,
    failingSince,
    enabled: reason === undefined,
    disabledReason: reason,
  });
  if (reason === undefined) return;
  appendEvents(tx, endpoint.marketId, [
    {
      type: 'WebhookDisabled',
      subject: endpoint.id,
      at: clock.now(),
      by: 'system',
      data: { webhookId: endpoint.id, reason },
    },
  ]);
}
