import type { LiveSnapshot, MarketEvent } from '@halfhour/contract';
import type { Ticker } from '@halfhour/kernel';
import { statusOf } from '../api/problem-error.ts';
import { applyEvents, type LiveState, stateFromSnapshot } from './live-state.ts';

/**
 * loading: nothing to show yet. live: up to date. reconnecting: what is shown may be old, tries go on.
 * refused: the server said no (not signed in, not an operator, no such market); no more tries.
 */
export type LiveView =
  | { readonly status: 'loading'; readonly error?: unknown }
  | { readonly status: 'live' | 'reconnecting'; readonly state: LiveState }
  | { readonly status: 'refused'; readonly error: unknown };

/** The part of the browser's EventSource that is used. */
export interface EventStream {
  /** 2 is closed: the browser has given up, for example because the answer was no event stream. */
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: 'reset', listener: () => void): void;
  close(): void;
}

export interface LiveConnectionParts {
  readonly loadSnapshot: (signal: AbortSignal) => Promise<LiveSnapshot>;
  /** Opens the stream of events after `position`. Must resume by itself with Last-Event-ID. */
  readonly openStream: (position: string) => EventStream;
  readonly ticker: Ticker;
  readonly onChange: (view: LiveView) => void;
}

/** Events are gathered so long and then shown together: ten redraws a second are enough for eyes. */
export const GATHER_MS = 100;
/** After a gap longer than this the snapshot is cheaper than catching up event by event. */
export const GAP_MS = 30_000;
/** A stream that says nothing for so long may be dead without the browser knowing. */
export const SILENCE_MS = 45_000;
const CLOSED = 2;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** Keeps a live view of one market until it is stopped: a snapshot, then events; again after each gap. */
export class LiveConnection {
  private readonly parts: LiveConnectionParts;
  private view: LiveView = { status: 'loading' };
  private stream: EventStream | undefined;
  private readonly waiting: MarketEvent[] = [];
  private failures = 0;
  private heardAtMs = 0;
  private interruptedAtMs: number | undefined;
  private stopping = new AbortController();
  private cancelGather: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private cancelWatch: (() => void) | undefined;

  constructor(parts: LiveConnectionParts) {
    this.parts = parts;
  }

  start(): void {
    this.stopping = new AbortController();
    void this.synchronise();
  }

  stop(): void {
    this.stopping.abort();
    this.closeStream();
    this.cancelRetry?.();
  }

  /** Tries at once instead of at the next planned moment, for example when the machine is online again. */
  retryNow(): void {
    if (this.view.status !== 'live' && this.view.status !== 'refused') void this.synchronise();
  }

  /** Shows at once what the answer to a command already says; the stream will say the same. */
  apply(event: MarketEvent): void {
    if (!('state' in this.view)) return;
    const state = applyEvents(this.view.state, [event], this.parts.ticker.elapsedMs());
    this.show({ status: this.view.status, state });
  }

  private async synchronise(): Promise<void> {
    this.stopping.abort();
    const { signal } = (this.stopping = new AbortController());
    this.closeStream();
    this.cancelRetry?.();
    if (this.view.status === 'live') this.show({ status: 'reconnecting', state: this.view.state });
    try {
      const snapshot = await this.parts.loadSnapshot(signal);
      if (signal.aborted) return;
      const state = stateFromSnapshot(snapshot, this.parts.ticker.elapsedMs());
      this.show({ status: this.view.status === 'loading' ? 'live' : 'reconnecting', state });
      this.listen(snapshot.position);
    } catch (error) {
      if (signal.aborted) return;
      const status = statusOf(error);
      if (status === 401 || status === 403 || status === 404) this.show({ status: 'refused', error });
      else this.retryLater(error);
    }
  }

  private listen(position: string): void {
    const stream = this.parts.openStream(position);
    this.stream = stream;
    this.hear();
    this.watch();
    stream.onopen = () => {
      const gapMs =
        this.interruptedAtMs === undefined ? 0 : this.parts.ticker.elapsedMs() - this.interruptedAtMs;
      this.interruptedAtMs = undefined;
      this.failures = 0;
      this.hear();
      if (gapMs > GAP_MS) void this.synchronise();
      else if ('state' in this.view) this.show({ status: 'live', state: this.view.state });
    };
    stream.onmessage = (message) => {
      this.hear();
      this.waiting.push(JSON.parse(message.data) as MarketEvent);
      this.cancelGather ??= this.parts.ticker.after(GATHER_MS, () => this.showGathered());
    };
    stream.addEventListener('reset', () => void this.synchronise());
    stream.onerror = () => {
      this.interruptedAtMs ??= this.parts.ticker.elapsedMs();
      if ('state' in this.view) this.show({ status: 'reconnecting', state: this.view.state });
      if (stream.readyState === CLOSED) this.retryLater(undefined);
    };
  }

  private showGathered(): void {
    this.cancelGather = undefined;
    const events = this.waiting.splice(0);
    if (!('state' in this.view)) return;
    const state = applyEvents(this.view.state, events, this.parts.ticker.elapsedMs());
    this.show({ status: this.view.status, state });
  }

  private retryLater(error: unknown): void {
    this.closeStream();
    this.show(
      'state' in this.view
        ? { status: 'reconnecting', state: this.view.state }
        : { status: 'loading', ...(error !== undefined && { error }) },
    );
    const waitMs = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]!;
    this.failures += 1;
    this.cancelRetry?.();
    this.cancelRetry = this.parts.ticker.after(waitMs, () => void this.synchronise());
  }

  private hear(): void {
    this.heardAtMs = this.parts.ticker.elapsedMs();
  }

  private watch(): void {
    this.cancelWatch?.();
    this.cancelWatch = this.parts.ticker.after(SILENCE_MS, () => {
      if (this.parts.ticker.elapsedMs() - this.heardAtMs >= SILENCE_MS) void this.synchronise();
      else this.watch();
    });
  }

  private closeStream(): void {
    this.stream?.close();
    this.stream = undefined;
    this.interruptedAtMs = undefined;
    this.waiting.length = 0;
    this.cancelGather?.();
    this.cancelGather = undefined;
    this.cancelWatch?.();
    this.cancelWatch = undefined;
  }

  private show(view: LiveView): void {
    this.view = view;
    this.parts.onChange(view);
  }
}
