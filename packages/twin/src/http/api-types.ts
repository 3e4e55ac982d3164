import type { AnswerOf, Problem, ProblemCode, ROUTES, RouteOf } from '@halfhour/contract';
import type { Random, Result, Ticker } from '@halfhour/kernel';

type Routes = typeof ROUTES;
/** Routes that answer with server-sent events. */
export type StreamName = {
  [N in keyof Routes]: Routes[N] extends { stream: true } ? N : never;
}[keyof Routes];
/** Routes that answer once. */
export type CallName = Exclude<keyof Routes, StreamName>;

type Sent<S> = S extends { readonly _zod: { readonly input: infer I } } ? I : never;
type Read<S> = S extends { readonly _zod: { readonly output: infer O } } ? O : never;
type ParamsPart<R> = R extends { params: infer S } ? { readonly params: Read<S> } : unknown;
type QueryPart<R> = R extends { query: infer S } ? { readonly query?: Partial<Read<S>> } : unknown;
type BodyPart<R> = R extends { body: infer S } ? { readonly body: Sent<S> } : unknown;
type KeyPart<R> = R extends { idempotencyKey: 'required' }
  ? {
      /** 8 to 64 characters; sent again unchanged on each retry. */
      readonly idempotencyKey: string;
    }
  : unknown;

/** What a call of route `N` takes: the parts that the contract names, and a signal. */
export type CallInput<N extends CallName> = ParamsPart<Routes[N]> &
  QueryPart<Routes[N]> &
  BodyPart<Routes[N]> &
  KeyPart<Routes[N]> & { readonly signal?: AbortSignal };

export type StreamInput<N extends StreamName> = ParamsPart<Routes[N]> & {
  /** Position to continue after. */
  readonly after?: string;
  readonly signal?: AbortSignal;
};

/** The server could not be reached, or kept saying that it is busy, in all attempts. */
export interface Unreachable {
  readonly code: 'unreachable';
  readonly detail: string;
  readonly attempts: number;
}

export type ApiError = Problem | Unreachable;
export type ApiErrorCode = ProblemCode | 'unreachable';

/** `open`: connected, at first or again; what happened in between follows as events where the server kept it. */
export type StreamItem<T> =
  | { readonly kind: 'open'; readonly attempt: number }
  | { readonly kind: 'event'; readonly id: string; readonly data: T };

export interface ApiClient {
  /** Calls a route. Problems are values; only an aborted signal and a broken answer throw. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Result<AnswerOf<RouteOf<N>>, ApiError>>;
  /**
   * Follows a stream for as long as the signal lives, connecting again with Last-Event-ID after a loss.
   * Throws StreamRefused where the server says no, and the signal's reason when it aborts.
   */
  stream<N extends StreamName>(
    name: N,
    input: StreamInput<N>,
  ): AsyncGenerator<StreamItem<AnswerOf<RouteOf<N>>>>;
}

export interface ApiClientOptions {
  /** `http://127.0.0.1:8787`, without a path. */
  readonly baseUrl: string;
  /** Session token or API key; absent for a visitor. */
  readonly token?: string;
  readonly ticker: Ticker;
  /** For the jitter of retries. */
  readonly random: Random;
  /** Tries of one call, the first included. */
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
  /** A stream without a byte for this long is taken as lost. */
  readonly streamIdleMs?: number;
}
