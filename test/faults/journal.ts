import { setTimeout as delay } from 'node:timers/promises';
import type { OrderId } from '@halfhour/kernel';
import { type RawRequest, send } from '../acceptance/platform.ts';

export type CommandKind = 'place' | 'accept' | 'ready' | 'cancel' | 'refund' | 'arrive' | 'complete';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A command that a client has sent, and what it was told; without an answer nobody knows whether it ran. */
export interface Entry {
  readonly kind: CommandKind;
  readonly request: RawRequest;
  answer?: Answer;
}

const RETRY_MS = 250;
const MAX_TRIES = 240;

/** Refusals that traffic brings upon itself, since it acts on what it knew a moment ago. */
const EXPECTED: Readonly<Record<CommandKind, readonly string[]>> = {
  place: ['payment_declined'],
  accept: ['wrong_state'],
  ready: ['wrong_state'],
  cancel: ['wrong_state'],
  refund: ['wrong_state'],
  arrive: ['wrong_state', 'not_found'],
  complete: ['wrong_state', 'not_found', 'not_ready'],
};

/**
 * What clients know that they have sent and been told, over all lives of a server. A connection that broke is no
 * answer, and neither is 503: it says to ask again.
 */
export class Journal {
  readonly entries: Entry[] = [];
  /** Why the last command without an answer had none. */
  silence = '';

  /** Sends a command until it is answered. */
  async insist(url: string, kind: CommandKind, request: RawRequest): Promise<Answer> {
    const entry: Entry = { kind, request };
    this.entries.push(entry);
    return this.settle(url, entry);
  }

  /** Sends a command, and writes it down before and after. Undefined where there was no answer. */
  send(url: string, kind: CommandKind, request: RawRequest): Promise<Answer | undefined> {
    const entry: Entry = { kind, request };
    this.entries.push(entry);
    return this.again(url, entry);
  }

  /** Sends an entry as it was, under the same key. */
  async again(url: string, entry: Entry): Promise<Answer | undefined> {
    const answer = await send<Record<string, unknown>>(url, entry.request).catch((error: unknown) => {
      this.silence = String((error as Error).cause ?? error);
      return undefined;
    });
    if (answer?.status === 503) this.silence = JSON.stringify(answer.body);
    if (answer === undefined || answer.status === 503) return undefined;
    return (entry.answer = { status: answer.status, body: answer.body });
  }

  /** Sends an entry again until it is answered: a server that has just started may say that it is overloaded. */
  async settle(url: string, entry: Entry): Promise<Answer> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const answer = await this.again(url, entry);
      if (answer !== undefined) return answer;
      await delay(RETRY_MS);
    }
    throw new Error(`no answer to a retried ${entry.kind}: ${this.silence}`);
  }

  unanswered(): Entry[] {
    return this.entries.filter((entry) => entry.answer === undefined);
  }

  /** Orders that placements brought about, declined ones included, by the entry of the placement. */
  placed(): Map<Entry, OrderId> {
    const placed = this.entries.flatMap((entry): [Entry, OrderId][] => {
      if (entry.kind !== 'place' || entry.answer === undefined) return [];
      const { id, orderId } = entry.answer.body as { id?: OrderId; orderId?: OrderId };
      const order = id ?? orderId;
      return order === undefined ? [] : [[entry, order]];
    });
    return new Map(placed);
  }

  /** Commands of a kind that were done. */
  done(kind: CommandKind): (Entry & { readonly answer: Answer })[] {
    return this.entries.filter(
      (entry): entry is Entry & { answer: Answer } =>
        entry.kind === kind && entry.answer !== undefined && entry.answer.status < 300,
    );
  }

  /** Answers that nobody had reason to expect, such as a 500 or a refusal for another reason. */
  surprises(): Answer[] {
    return this.entries.flatMap(({ kind, answer }) =>
      answer === undefined || answer.status < 300 || EXPECTED[kind].includes(String(answer.body['code']))
        ? []
        : [answer],
    );
  }
}
