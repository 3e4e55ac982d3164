import type { WebhookMessage, WebhookPayload } from '@halfhour/contract';
import { type EpochMs, type WebhookId, type WebhookMessageId, toRfc3339 } from '@halfhour/kernel';
import type { Position, StoredEvent } from '../events/index.ts';

export type MessageState = WebhookMessage['state'];

/** An event on its way to one endpoint. */
export interface MessageDraft {
  readonly id: WebhookMessageId;
  readonly endpointId: WebhookId;
  readonly type: string;
  /** Of the event; undefined for a test. */
  readonly position: Position | undefined;
  /** JSON of WebhookPayload: the bytes that are signed and sent. */
  readonly body: string;
}

export interface MessageRecord {
  readonly id: WebhookMessageId;
  readonly endpointId: WebhookId;
  readonly type: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly dueAt: EpochMs | undefined;
  readonly createdAt: EpochMs;
  readonly settledAt: EpochMs | undefined;
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
}

/** What is posted for an event, or for a test, which has no position. */
export function bodyOf(event: Omit<StoredEvent, 'position'> & { readonly position?: Position }): string {
  const payload: WebhookPayload = {
    type: event.type,
    timestamp: toRfc3339(event.at),
    data: {
      marketId: event.marketId,
      subject: event.subject,
      ...(event.position === undefined ? {} : { position: event.position }),
      by: event.by,
      facts: event.data,
    },
  };
  return JSON.stringify(payload);
}

/** The message as the API shows it. */
export function toMessage(record: MessageRecord): WebhookMessage {
  const { dueAt, settledAt, lastStatus, lastError } = record;
  return {
    id: record.id,
    webhookId: record.endpointId,
    type: record.type,
    state: record.state,
    attempts: record.attempts,
    createdAt: toRfc3339(record.createdAt),
    ...(dueAt === undefined ? {} : { nextAttemptAt: toRfc3339(dueAt) }),
    ...(settledAt === undefined ? {} : { settledAt: toRfc3339(settledAt) }),
    ...(lastStatus === undefined ? {} : { lastStatus }),
    ...(lastError === undefined ? {} : { lastError }),
  };
}
