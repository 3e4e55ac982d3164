import type { Ticker } from '@halfhour/kernel';
import {
  type Command,
  type Outbox,
  type Point,
  type Waiting,
  MAX_WAITING,
  add,
  addPoint,
  dismiss,
  done,
  pointsSent,
  read,
  refuse,
} from './outbox.ts';

/** What became of one request. */
export type Answer =
  | { readonly kind: 'done' }
  /** For good: sending it again would end the same way, unless something else changes. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail?: string | undefined }
  /** Nobody knows whether it took effect: to be sent again. */
  | { readonly kind: 'unreachable' }
  /** Nothing is sent until the courier has signed in again. */
  | { readonly kind: 'signed_out' };

export interface SenderParts {
  /** Where the outbox is kept. Read and written at once: see `OutboxSender`. */
  readonly storage: { read(): string | null; write(text: string): void };
  readonly send: (waiting: Waiting) => Promise<Answer>;
  readonly sendPoints: (points: readonly Point[]) => Promise<Answer>;
  readonly newKey: () => string;
  readonly ticker: Ticker;
  readonly onChange: (view: SenderView) => void;
}

/** sending: a request is under way. waiting: no connection, the next try comes. signed_out: sign in first. */
export interface SenderView {
  readonly outbox: Outbox;
  readonly status: 'idle' | 'sending' | 'waiting' | 'signed_out';
  /** Whether the last request was answered. */
  readonly isConnected: boolean;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Sends the outbox, one command after the other, and keeps at it. What is kept on the device is the only truth: it is read
 * before each change and written before anything is sent, within one turn of the page, so that a reload at any moment,
 * or a second window, finds all that was tapped and not yet answered.
 *
 * Only the oldest command is ever under way, and it leaves by its key. So two windows may both send it, which the server
 * answers the same, and neither sends a later one before an answer to it has come.
 */
export class OutboxSender {
  private readonly parts: SenderParts;
  private status: SenderView['status'] = 'idle';
  private isRunning = false;
  private isStopped = false;
  private failures = 0;
  private cancelRetry: (() => void) | undefined;

  constructor(parts: SenderParts) {
    this.parts = parts;
  }

  view(): SenderView {
    return { outbox: this.outbox(), status: this.status, isConnected: this.failures === 0 };
  }

  /** Keeps a command, new or refused before, and sends it when its turn comes. @returns whether there was room for it */
  submit(command: Command): boolean {
    if (this.outbox().waiting.length >= MAX_WAITING) return false;
    this.change((outbox) => add(outbox, { key: this.parts.newKey(), command }));
    this.sendNow();
    return true;
  }

  report(point: Point): void {
    this.change((outbox) => addPoint(outbox, point));
    if (this.status === 'idle') this.sendNow();
  }

  dismiss(key: string): void {
    this.change((outbox) => dismiss(outbox, key));
  }

  /** At once instead of at the next planned moment: the device is online again, or somebody asks. */
  sendNow(): void {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    if (!this.isRunning && !this.isStopped) void this.run();
  }

  /** Sends what an earlier page has left, and all that comes, until it is stopped. */
  start(): void {
    this.isStopped = false;
    this.sendNow();
  }

  stop(): void {
    this.isStopped = true;
    this.cancelRetry?.();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    try {
      for (;;) {
        const { waiting, points } = this.outbox();
        const [first] = waiting;
        if (first === undefined && points.length === 0) return this.become('idle');
        this.become('sending');
        const answer =
          first === undefined ? await this.parts.sendPoints(points) : await this.parts.send(first);
        if (this.isStopped) return;
        if (answer.kind === 'unreachable') return this.retryLater();
        if (answer.kind === 'signed_out') return this.become('signed_out');
        this.failures = 0;
        this.change((outbox) => {
          // Points that are not taken are of no use later either.
          if (first === undefined) return pointsSent(outbox, points);
          return answer.kind === 'done' ? done(outbox, first.key) : refuse(outbox, first.key, answer);
        });
      }
    } finally {
      this.isRunning = false;
    }
  }

  private retryLater(): void {
    const waitMs = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]!;
    this.failures += 1;
    this.cancelRetry = this.parts.ticker.after(waitMs, () => this.sendNow());
    this.become('waiting');
  }

  private become(status: SenderView['status']): void {
    this.status = status;
    if (!this.isStopped) this.parts.onChange(this.view());
  }

  private change(next: (outbox: Outbox) => Outbox): void {
    const before = this.outbox();
    const after = next(before);
    if (after === before) return;
    this.parts.storage.write(JSON.stringify(after));
    if (!this.isStopped) this.parts.onChange(this.view());
  }

  private outbox(): Outbox {
    return read(this.parts.storage.read());
  }
}
