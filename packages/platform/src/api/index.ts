import type {
  AnswerOf,
  BodyOf,
  Grant,
  MessageOf,
  ParamsOf,
  ProblemCode,
  QueryOf,
  Role,
  RouteName,
  RouteOf,
  Scope,
} from '@halfhour/contract';
import { type CourierId, type MerchantId, type Result, type UserId, invariant } from '@halfhour/kernel';

/** Who calls, as the server found them by session or API key. */
export interface Caller {
  readonly userId: UserId;
  readonly grants: readonly Grant[];
}

/**
 * The widest right that the caller has on this route, decided by the server from the contract before the
 * handler runs. With scope `own` the handler must check that the resource is the caller's; with `market`
 * and `all` the server has checked the market of the path already.
 */
export interface Authority {
  readonly userId: UserId;
  readonly role: Role;
  readonly scope: Scope;
  /** What the caller's grants in this market name. */
  readonly merchantIds: readonly MerchantId[];
  readonly courierIds: readonly CourierId[];
}

/** An error of the contract with what the caller needs to mend it. */
export interface ApiError {
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly [extension: string]: unknown;
}

export interface ApiRequest<N extends RouteName> {
  readonly params: ParamsOf<RouteOf<N>>;
  readonly query: QueryOf<RouteOf<N>>;
  readonly body: BodyOf<RouteOf<N>>;
  /** Undefined on public routes for those who are not signed in. */
  readonly authority: Authority | undefined;
  /** On routes that require an Idempotency-Key: the key, and a SHA-256 of method, path and body in hex. */
  readonly command: CommandKey | undefined;
  /** On routes with `rawBody`: the bytes as they came, as text, and the headers. */
  readonly raw?: { readonly text: string; readonly headers: Readonly<Record<string, string | undefined>> };
  readonly requestId: string;
  /** Aborts when the caller goes away (streams). */
  readonly signal: AbortSignal;
}

export interface CommandKey {
  /** The user who sent it; keys of two users never meet. */
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** Who does something by a request, as the audit trail names them. */
export interface Acting extends Authority {
  readonly requestId: string;
}

/** Of a route that lets in nobody who is not signed in. */
export function acting({
  authority,
  requestId,
}: {
  readonly authority: Authority | undefined;
  readonly requestId: string;
}): Acting {
  invariant(authority !== undefined, 'this route is for those who are signed in');
  return { ...authority, requestId };
}

/** The key of a command whose route requires one. */
export function requiredKey(command: CommandKey | undefined): CommandKey {
  invariant(command !== undefined, 'the contract requires an Idempotency-Key here');
  return command;
}

export type Handler<N extends RouteName> = (
  request: ApiRequest<N>,
) => Promise<Result<AnswerOf<RouteOf<N>>, ApiError>>;

/** One server-sent event. `id` is a position to resume after; volatile events (positions) have none. */
export interface StreamMessage {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

/** Answers an error before the stream begins, or the events until the caller goes away. */
export type StreamHandler<N extends RouteName> = (
  request: ApiRequest<N> & { readonly after: string | undefined },
) => Promise<Result<AsyncIterable<StreamMessage>, ApiError>>;

export type StreamRouteName = {
  [N in RouteName]: RouteOf<N> extends { stream: true } ? N : never;
}[RouteName];

/** Takes a message of a WebSocket; at once where it can, since a promise a message shows in what one costs. */
export type MessageReceiver<N extends RouteName> = (
  message: MessageOf<RouteOf<N>>,
) => Result<undefined, ApiError> | Promise<Result<undefined, ApiError>>;

/**
 * Answers an error before the WebSocket opens, or who takes its messages. It is asked again every 15 s while the
 * socket is open, and an error then closes it.
 */
export type SocketHandler<N extends RouteName> = (
  request: ApiRequest<N>,
) => Promise<Result<MessageReceiver<N>, ApiError>>;

export type SocketRouteName = {
  [N in RouteName]: RouteOf<N> extends { socket: object } ? N : never;
}[RouteName];

/** What a module offers to the server: a handler for each of its routes. */
export type Handlers<N extends RouteName> = {
  readonly [K in N]: K extends StreamRouteName
    ? StreamHandler<K>
    : K extends SocketRouteName
      ? SocketHandler<K>
      : Handler<K>;
};
