import type { Logger } from 'pino';
import { pino } from 'pino';
import { type Ticker, invariant } from '@halfhour/kernel';
import { isoTime } from '../log.ts';

/** What is said of a request when it has been answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The contract's path, not the one that was asked for. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly userId: string | undefined;
  readonly requestId: string;
}

export interface RequestLog {
  add(request: AnsweredRequest): void;
  /** Writes what is gathered. */
  flush(): void;
}

/** How long lines are gathered: writing each by itself took a tenth of a request, for waking a thread of libuv. */
const FLUSH_MS = 20;
/** As many as a contract has routes and statuses; beyond it beginnings are made each time. */
const MAX_BEGINNINGS = 4_000;

/**
 * One line a request, in the form of the log's other lines and at its destination, made here: pino took 15 of the 80
 * CPU-µs of a placement, a part of them for the redaction of what holds no secret. Lines are gathered and written
 * together.
 *
 * Nothing in a line is a text of the caller's: methods are those that Node's parser knows, paths the contract's,
 * ids ours.
 */
export function createRequestLog(log: Logger, ticker: Ticker): RequestLog {
  const stream = (log as unknown as { readonly [symbol: symbol]: { write(text: string): void } })[
    pino.symbols.streamSym
  ];
  invariant(stream !== undefined, 'the log is one of pino');
  const beginnings = new Map<string, string>();
  let lines = '';

  const beginningOf = (method: string, route: string, status: number): string => {
    const name = `${status}${method}${route}`;
    let beginning = beginnings.get(name);
    if (beginning === undefined) {
      const fields = JSON.stringify({ event: 'request', method, route, status });
      beginning = `,${fields.slice(1, -1)},"ms":`;
      if (beginnings.size < MAX_BEGINNINGS) beginnings.set(name, beginning);
    }
    return beginning;
  };
  const flush = (): void => {
    const text = lines;
    lines = '';
    if (text !== '') stream.write(text);
  };
  return {
    add({ method, route, status, ms, userId, requestId }) {
      if (!log.isLevelEnabled('info')) return;
      if (lines === '') ticker.after(FLUSH_MS, flush);
      const time = `{"level":"info"${isoTime()}`;
      const user = userId === undefined ? '' : `,"userId":"${userId}"`;
      lines += `${time}${beginningOf(method, route, status)}${ms}${user},"requestId":"${requestId}","msg":"request"}\n`;
    },
    flush,
  };
}
