import type { ServerResponse } from 'node:http';
import { type Result, type Ticker, err, ok } from '@halfhour/kernel';
import type { ApiError, StreamMessage } from '@halfhour/platform/api';

const HEARTBEAT_MS = 15_000;
/** A client that has not read for so many heartbeats is gone or stuck. */
const MAX_STUCK_BEATS = 2;
/** What a browser waits before it connects again. */
const RETRY_MS = 2_000;

export interface StreamLimits {
  readonly streams: number;
  readonly streamsPerCaller: number;
}

/** Open server-sent event streams: counted, bounded, and closed together on shutdown. */
export interface Streams {
  /** Takes a place; `close` aborts the signal of the stream that holds it. */
  open(caller: string, close: () => void): Result<{ release(): void }, ApiError>;
  closeAll(): void;
  readonly count: number;
}

export function createStreams(limits: StreamLimits): Streams {
  const closers = new Set<() => void>();
  const perCaller = new Map<string, number>();
  let closing = false;
  return {
    open(caller, close) {
      const held = perCaller.get(caller) ?? 0;
      if (closing) return err({ code: 'unavailable' });
      if (closers.size >= limits.streams) return err({ code: 'overloaded', retryAfterSeconds: 10 });
      if (held >= limits.streamsPerCaller) {
        const detail = `You have ${held} streams open; close one first.`;
        return err({ code: 'too_many_requests', retryAfterSeconds: 10, detail });
      }
      closers.add(close);
      perCaller.set(caller, held + 1);
      return ok({
        release() {
          if (!closers.delete(close)) return;
          const left = perCaller.get(caller)! - 1;
          if (left === 0) perCaller.delete(caller);
          else perCaller.set(caller, left);
        },
      });
    },
    closeAll() {
      closing = true;
      for (const close of closers) close();
    },
    get count() {
      return closers.size;
    },
  };
}

/** Headers of a stream. The last one keeps nginx from holding events back. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Writes events until the source ends, the caller goes away or `signal` aborts. Reads the next event only
 * when the caller has taken the one before, so a slow caller holds nothing here. A comment every 15 s keeps
 * proxies from closing a quiet stream; at each it is asked whether the caller may still listen, so a
 * revoked key or ended session ends its streams too.
 */
export async function writeStream(
  response: ServerResponse,
  messages: AsyncIterable<StreamMessage>,
  options: {
    readonly ticker: Ticker;
    readonly signal: AbortSignal;
    readonly mayListen: () => Promise<boolean>;
  },
): Promise<void> {
  const { ticker, signal } = options;
  let cancelBeat: () => void = () => {};
  let stuckBeats = 0;
  let ended = false;
  const end = (): void => {
    ended = true;
    cancelBeat();
    response.end();
  };
  const beat = async (): Promise<void> => {
    stuckBeats = response.writableNeedDrain ? stuckBeats + 1 : 0;
    if (stuckBeats >= MAX_STUCK_BEATS) {
      response.destroy();
      return;
    }
    if (!(await options.mayListen())) end();
    else if (!ended) {
      if (stuckBeats === 0) response.write(':\n\n');
      schedule();
    }
  };
  const schedule = (): void => {
    // Whether the caller may listen cannot be asked while Postgres is away; the stream then goes on.
    if (!ended) cancelBeat = ticker.after(HEARTBEAT_MS, () => void beat().catch(schedule));
  };
  signal.addEventListener('abort', end, { once: true });
  schedule();
  try {
    response.write(`retry: ${RETRY_MS}\n\n`);
    for await (const message of messages) {
      if (ended || response.destroyed) break;
      if (!response.write(toFrame(message))) await drained(response, signal);
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

function toFrame({ id, event, data }: StreamMessage): string {
  // JSON has no raw line break, so `data` is one line.
  const lines = `data: ${JSON.stringify(data)}\n\n`;
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}${lines}`;
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    signal.addEventListener('abort', done);
  });
}
