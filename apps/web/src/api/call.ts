import {
  type AnswerOf,
  type BodyOf,
  type ParamsOf,
  type Problem,
  type QueryOf,
  type RouteContract,
  type RouteName,
  type RouteOf,
  ROUTES,
} from '@halfhour/contract';
import { ProblemError, Unreachable } from './problem-error.ts';
import { pathOf } from './path-of.ts';

/** Longer than any answer takes that is worth waiting for. */
const TIMEOUT_MS = 15_000;

type Given<K extends string, T> = undefined extends T ? unknown : { readonly [key in K]: T };

/** What a route needs, as the contract declares it. */
export type InputOf<N extends RouteName> = Given<'params', ParamsOf<RouteOf<N>>> &
  Given<'body', BodyOf<RouteOf<N>>> & {
    readonly query?: Partial<QueryOf<RouteOf<N>>>;
    /** For commands: new for each command, the same when it is tried again. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

/**
 * Calls a route of the contract on the page's own origin; the session travels in its cookie.
 * Throws ProblemError for a problem document and Unreachable where no answer came.
 */
export async function call<N extends RouteName>(name: N, input: InputOf<N>): Promise<AnswerOf<RouteOf<N>>> {
  const route: RouteContract = ROUTES[name];
  const { params, query, body, idempotencyKey, signal } = input as {
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    idempotencyKey?: string;
    signal?: AbortSignal;
  };
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await send(pathOf(route.path, params, query), {
    method: route.method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  if (response.status === 204) return undefined as AnswerOf<RouteOf<N>>;
  return (await response.json()) as AnswerOf<RouteOf<N>>;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'AbortError') throw error;
    throw new Unreachable(name === 'TimeoutError', { cause: error });
  }
  if (response.ok) return response;
  throw (await problemOf(response)) ?? new Unreachable(false, { cause: `status ${response.status}` });
}

/** A proxy between may answer with a page of its own; then there is no problem document. */
async function problemOf(response: Response): Promise<ProblemError | undefined> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined;
  return new ProblemError(body as Problem);
}
