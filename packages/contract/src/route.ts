import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';

/** What a signed-in user or key holds. Support helps shoppers within limits. Admin is the platform's own; the others are of one market. */
export type Role = 'shopper' | 'merchant' | 'courier' | 'support' | 'operator' | 'admin';

/**
 * On whose data a role may call a route. `own`: what the grant names (the shopper's orders, the merchant's
 * stores, the courier itself). `market`: anything of the market in the path. `all`: anything.
 */
export type Scope = 'own' | 'market' | 'all';

/** Deny by default: a role that is not listed may not call. */
export type Access = 'public' | Readonly<Partial<Record<Role, Scope>>>;

type Schema = z.ZodType;

export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI style: `/v1/markets/{marketId}/orders/{orderId}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema;
  /** Largest body accepted, in bytes; 64 KiB where not said. */
  readonly bodyLimitBytes?: number;
  /** The handler gets the bytes and the headers as well: signatures are over them. */
  readonly rawBody?: true;
  /** Commands need the header; the same key and body give the same answer for 24 hours. */
  readonly idempotencyKey?: 'required';
  readonly response: { readonly status: 101 | 200 | 201 | 202 | 204; readonly schema?: Schema };
  /** Server-sent events instead of one answer; `schema` is the shape of an event's data. */
  readonly stream?: true;
  /**
   * A WebSocket: each message that it takes is a text of JSON of this shape. It answers what it cannot take, with a
   * problem document, and nothing else.
   */
  readonly socket?: { readonly takes: Schema };
  /** Answers a file of one of these media types, to be kept by who asks for it, and not JSON. */
  readonly file?: readonly string[];
  /** Codes this route can answer with beyond those that any route can. */
  readonly problems?: readonly ProblemCode[];
}

type Part<R, K extends keyof R> = R[K] extends Schema ? z.output<R[K]> : undefined;

/** What the handler of a route gets, and what a client sends. */
export type ParamsOf<R extends RouteContract> = Part<R, 'params'>;
export type QueryOf<R extends RouteContract> = Part<R, 'query'>;
export type BodyOf<R extends RouteContract> = Part<R, 'body'>;
export type AnswerOf<R extends RouteContract> = R['response'] extends { schema: infer S extends Schema }
  ? z.output<S>
  : R extends { file: readonly string[] }
    ? FileAnswer
    : undefined;

/** A file as a handler gives it. */
export interface FileAnswer {
  readonly mediaType: string;
  /** With its extension: letters, digits, `-`, `_` and `.` alone. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A message of a WebSocket, as its handler gets it. */
export type MessageOf<R extends RouteContract> = R extends { socket: { takes: infer S extends Schema } }
  ? z.output<S>
  : never;
