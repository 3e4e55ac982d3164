import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  createServer,
} from 'node:http';
import type { Logger } from 'pino';
import type { Ticker } from '@halfhour/kernel';
import { retryAfterSeconds, toProblem } from './problem.ts';
import { shouldUpgrade } from './sockets.ts';

export interface AdmissionOptions {
  /** Requests that may be between the end of their body and the end of their answer. */
  readonly maxInFlight: number;
  readonly nextRequestId: () => string;
  readonly log: Logger;
  readonly ticker: Ticker;
}

/** Decides, before anything of a request is looked at, whether there is room for it. */
export interface Admission {
  /** A server whose requests get to `handle` only when there is room; the others are told to come back. */
  serve(handle: RequestListener): Server;
  /** Counts a request until its answer is sent or its caller gone. */
  take(response: ServerResponse): void;
  readonly inFlight: number;
  /** Since the start. */
  readonly refused: number;
}

const SUMMARY_MS = 1_000;
const OVERLOADED = { code: 'overloaded' } as const;
const RETRY_AFTER = String(retryAfterSeconds(OVERLOADED));
/** Streams have limits of their own: they last for hours. Pages, health and metrics are what one looks at then. */
const UNLIMITED = /^\/(?!v1\/)|\/stream(?:\?|$)/;

/**
 * A bound on what is in flight. A command waits for its group's commit, so what is in flight is what the database
 * carries times how long callers wait (Little's law): at 10,000 a second 2,000 requests are 200 ms of waiting, at
 * 1,000 a second 2 s. Beyond it a request would only wait longer, and nothing would be done faster.
 *
 * A refusal must cost little, or refusing three times the load takes the time from answering: it is made before
 * Fastify, its body is not read, and lines of the log tell of all that were refused in a second.
 *
 * A request counts from when its body is there: callers who send theirs byte by byte hold no places.
 */
export function createAdmission({ maxInFlight, nextRequestId, log, ticker }: AdmissionOptions): Admission {
  let inFlight = 0;
  let refused = 0;
  let untold = 0;

  const release = (): void => {
    inFlight -= 1;
  };

  function refuse(response: ServerResponse): void {
    refused += 1;
    untold += 1;
    if (untold === 1) ticker.after(SUMMARY_MS, tellRefused);
    const requestId = nextRequestId();
    const body = JSON.stringify(toProblem(OVERLOADED, requestId));
    response.writeHead(503, [
      'content-type',
      'application/problem+json; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(body)),
      'x-request-id',
      requestId,
      'retry-after',
      RETRY_AFTER,
      'cache-control',
      'no-store',
      'x-content-type-options',
      'nosniff',
    ]);
    response.end(body);
  }

  function tellRefused(): void {
    log.warn({ event: 'overloaded', refused: untold, inFlight }, 'requests were told to come back');
    untold = 0;
  }

  return {
    serve: (handle) =>
      createServer(
        { shouldUpgradeCallback: shouldUpgrade },
        (request: IncomingMessage, response: ServerResponse) => {
          if (inFlight >= maxInFlight && !UNLIMITED.test(request.url!)) refuse(response);
          else handle(request, response);
        },
      ),
    take(response) {
      inFlight += 1;
      // Comes after the end of an answer, and also where the caller goes away before it.
      response.once('close', release);
    },
    get inFlight() {
      return inFlight;
    },
    get refused() {
      return refused;
    },
  };
}
