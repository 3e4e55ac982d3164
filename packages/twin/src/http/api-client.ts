import { err, ok, type Result } from '@halfhour/kernel';
import type {
  ApiClient,
  ApiClientOptions,
  ApiError,
  CallInput,
  CallName,
  StreamInput,
  StreamItem,
  StreamName,
} from './api-types.ts';
import { backoffMs, pause } from './backoff.ts';
import { type CallParts, contractOf, deadline, readProblem, retryAfterMs, urlOf } from './http-exchange.ts';
import { createSseParser, type SseEvent } from './sse-parser.ts';

/** The server refused a stream for good: not signed in, not allowed, not there. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly problem: ApiError;

  constructor(problem: ApiError) {
    super(`stream refused: ${problem.code}`);
    this.problem = problem;
  }
}

/**
 * A client of the public API, typed from the contract. Connections are kept alive by Node's fetch. A call is
 * tried again after a lost connection, 429, 500 and 503, with the same Idempotency-Key, so that a command runs
 * once however often it is sent; a POST without a key is only repeated where nothing can have happened.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const {
    baseUrl,
    token,
    ticker,
    random,
    maxAttempts = 6,
    timeoutMs = 15_000,
    streamIdleMs = 90_000,
  } = options;
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function call(name: CallName, parts: CallParts): Promise<Result<unknown, ApiError>> {
    const route = contractOf(name);
    const url = urlOf(baseUrl, name, parts);
    const headers: Record<string, string> = { accept: 'application/json', ...authorization };
    if (parts.body !== undefined) headers['content-type'] = 'application/json';
    if (parts.idempotencyKey !== undefined) headers['idempotency-key'] = parts.idempotencyKey;
    const body = parts.body === undefined ? null : JSON.stringify(parts.body);
    const repeatable =
      route.method !== 'POST' || parts.idempotencyKey !== undefined || name === 'createQuote';
    let last: ApiError = { code: 'unreachable', detail: 'not tried', attempts: 0 };
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      let waitMs = 0;
      const limit = deadline(ticker, timeoutMs, parts.signal);
      try {
        const response = await fetch(url, { method: route.method, headers, body, signal: limit.signal });
        if (response.ok) {
          if (response.status === 204) {
            await response.arrayBuffer();
            return ok(undefined);
          }
          return ok(await response.json());
        }
        last = await readProblem(response);
        const busy = response.status === 503 || response.status === 429;
        if (!busy && !(response.status === 500 && repeatable)) return err(last);
        waitMs = retryAfterMs(response);
      } catch (error) {
        if (parts.signal?.aborted) throw parts.signal.reason;
        last = { code: 'unreachable', detail: reasonOf(error), attempts: attempt + 1 };
        if (!repeatable && !wasNeverSent(error)) return err(last);
      } finally {
        limit.clear();
      }
      if (attempt + 1 < maxAttempts) {
        await pause(ticker, Math.max(waitMs, backoffMs(attempt, random)), parts.signal);
      }
    }
    return err(last);
  }

  async function* stream(
    name: StreamName,
    input: CallParts & { after?: string },
  ): AsyncGenerator<StreamItem<unknown>> {
    const url = urlOf(baseUrl, name, input);
    let position = input.after ?? '';
    let failures = 0;
    for (let attempt = 0; ; attempt++) {
      const limit = deadline(ticker, streamIdleMs, input.signal);
      try {
        const headers: Record<string, string> = { accept: 'text/event-stream', ...authorization };
        if (position !== '') headers['last-event-id'] = position;
        const response = await fetch(url, { headers, signal: limit.signal });
        if (!response.ok) {
          const problem = await readProblem(response);
          if (response.status < 500 && response.status !== 429) throw new StreamRefused(problem);
        } else {
          yield { kind: 'open', attempt };
          let arrived: SseEvent[] = [];
          const parser = createSseParser((event) => arrived.push(event));
          const text = response.body!.pipeThrough(new TextDecoderStream());
          for await (const piece of text) {
            limit.rearm();
            failures = 0;
            parser.feed(piece);
            for (const event of arrived) {
              position = event.id;
              yield { kind: 'event', id: event.id, data: JSON.parse(event.data) };
            }
            arrived = [];
          }
        }
      } catch (error) {
        if (input.signal?.aborted) throw input.signal.reason;
        // A lost connection is what this loop is for; anything else is a bug here or there, and is shown.
        if (error instanceof StreamRefused || error instanceof SyntaxError || error instanceof RangeError)
          throw error;
      } finally {
        limit.clear();
      }
      await pause(ticker, backoffMs(failures++, random), input.signal);
    }
  }

  return {
    call: (name: CallName, input: CallInput<CallName>) => call(name, input as CallParts),
    stream: (name: StreamName, input: StreamInput<StreamName>) => stream(name, input as CallParts),
  } as unknown as ApiClient;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** The connection was refused before a byte of the request left. */
function wasNeverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
