import type { ServerResponse } from 'node:http';
import type { FastifyRequest, RouteOptions, preParsingHookHandler } from 'fastify';
import type { z } from 'zod';
import type { RouteContract } from '@halfhour/contract';
import { invariant } from '@halfhour/kernel';
import type { Authority, Caller, CommandKey } from '@halfhour/platform/api';
import { decideAuthority } from './access.ts';
import { IDEMPOTENCY_KEY, hashCommand } from './command-key.ts';
import { type Credentials, credentialsOf, requestOrigin } from './credentials.ts';
import { type FieldError, HttpProblem, MAX_ERRORS } from './problem.ts';
import { bodySchema } from './schemas.ts';
import { requireStorable } from './storable-text.ts';

/** What the hooks learn of a request before its handler runs. */
export interface RequestState {
  credentials: Credentials | undefined;
  caller: Caller | undefined;
  authority: Authority | undefined;
  command: CommandKey | undefined;
  params: unknown;
  query: unknown;
  controller: AbortController | undefined;
  /** The body's bytes, on routes with `rawBody`. */
  raw: Buffer[] | undefined;
  /** The contract's path; undefined on routes that are not of the contract. */
  route: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    halfhour: RequestState;
  }
  interface FastifyContextConfig {
    /** The contract's path, for logs and metrics: bounded, unlike the path of the request. */
    route?: string;
  }
}

/** At once where the token is remembered; see `createAuthenticator`. */
export type Authenticate = (token: string) => Caller | undefined | Promise<Caller | undefined>;

/** What every route asks of the server around it. */
export interface Gate {
  readonly authenticate: Authenticate;
  /** Counts a request as in flight until it is answered; see `Admission`. */
  readonly take: (response: ServerResponse) => void;
}

const DEFAULT_BODY_LIMIT = 64 * 1_024;

/**
 * What every route of the contract has in common. The order of what a request meets: who it is (401),
 * whether the contract lets them (403), whether a browser was tricked into sending it (403), its
 * Idempotency-Key (400); only then is a body read. So what may not be called costs little and tells nothing.
 */
export function routeOptions(contract: RouteContract, gate: Gate): Omit<RouteOptions, 'handler'> {
  const { params, query, body } = contract;
  const readPath = params === undefined ? () => undefined : pathReader(params);
  invariant(
    contract.idempotencyKey === undefined || contract.access !== 'public',
    `${contract.path} requires a key of a caller that it does not require`,
  );
  invariant(
    (contract.stream === true) === contract.path.endsWith('/stream'),
    `${contract.path}: streams are known by their paths before they are routed (admission.ts)`,
  );
  invariant(
    (contract.socket !== undefined) === contract.path.endsWith('/socket'),
    `${contract.path}: WebSockets are known by their paths before they are routed (sockets.ts)`,
  );
  const isLasting = contract.stream === true || contract.socket !== undefined;
  return {
    method: contract.method,
    url: fastifyPath(contract.path),
    ...(body === undefined ? {} : { schema: { body: bodySchema(body) } }),
    bodyLimit: contract.bodyLimitBytes ?? DEFAULT_BODY_LIMIT,
    config: { route: contract.path },
    ...(contract.method === 'GET' ? { exposeHeadRoute: !isLasting } : {}),
    ...(contract.rawBody === undefined ? {} : { preParsing: keepBytes }),
    // With callbacks: an async hook costs a promise and a turn of the microtask queue, which show here.
    onRequest(request, _reply, done) {
      const state = request.halfhour;
      state.route = contract.path;
      state.credentials = credentialsOf(request);
      const found = state.credentials === undefined ? undefined : gate.authenticate(state.credentials.token);
      if (found instanceof Promise) {
        found.then((caller) => admit(request, caller)).then(() => done(), done);
      } else {
        admit(request, found);
        done();
      }
    },
    preValidation(request, reply, done) {
      if (!isLasting) gate.take(reply.raw);
      const state = request.halfhour;
      if (body !== undefined) {
        request.body ??= {};
        requireStorable(request.body, 'body');
      }
      if (contract.idempotencyKey === 'required') {
        state.command = {
          caller: state.authority!.userId,
          key: request.headers['idempotency-key'] as string,
          bodyHash: hashCommand(request.method, pathOf(request.url), request.body),
        };
      }
      state.params = readPath(request.params);
      state.query = query === undefined ? undefined : parseQuery(query, request.query);
      done();
    },
  };

  /** Throws HttpProblem unless the contract lets this caller in. */
  function admit(request: FastifyRequest, caller: Caller | undefined): void {
    const state = request.halfhour;
    state.caller = caller;
    // A key that was revoked is told so everywhere; an old cookie must not keep anyone from public pages.
    if (state.credentials?.from === 'bearer' && caller === undefined) {
      throw new HttpProblem({ code: 'unauthenticated' });
    }
    const decision = decideAuthority(contract, caller, request.params as { marketId?: string });
    if (decision.kind === 'refused') {
      const { kind, ...refusal } = decision;
      throw new HttpProblem(refusal);
    }
    state.authority = decision.authority;
    // Browsers open a WebSocket to any server, with its cookie, and let the page that asked read and write.
    if (contract.method !== 'GET' || contract.socket !== undefined) refuseForeignPages(request);
    if (contract.idempotencyKey === 'required') requireKey(request);
  }
}

/** Keeps the bytes that are parsed; the parser ends a body that is too large. */
const keepBytes: preParsingHookHandler = (request, _reply, payload, done) => {
  const chunks: Buffer[] = [];
  request.halfhour.raw = chunks;
  payload.on('data', (chunk: Buffer) => chunks.push(chunk));
  done(null, payload);
};

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function refuseForeignPages(request: FastifyRequest): void {
  const origin = requestOrigin(request);
  const byCookie = request.halfhour.credentials?.from === 'cookie';
  // A cookie is sent by the browser whether the person meant it or not; a key is not.
  if (
    origin === 'foreign' ? request.halfhour.credentials?.from !== 'bearer' : byCookie && origin === 'unknown'
  ) {
    const detail = 'Changes with a session cookie are taken only from pages of this server.';
    throw new HttpProblem({ code: 'forbidden', detail });
  }
}

function requireKey(request: FastifyRequest): void {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new HttpProblem({ code: 'idempotency_key_missing' });
  }
}

/**
 * Reads the parameters of a path. A path that cannot name a resource names none. Nearly all are ids, which need no
 * parsing where they match their patterns.
 */
function pathReader(schema: z.ZodType): (params: unknown) => unknown {
  const patterns = patternsOf(schema);
  return (params) =>
    patterns?.every(([name, pattern]) => pattern.test((params as Record<string, string>)[name]!)) === true
      ? params
      : parsePath(schema, params);
}

/** The pattern of each member, where all are texts of which the schema says nothing else. */
function patternsOf(schema: z.ZodType): [name: string, pattern: RegExp][] | undefined {
  const { properties } = bodySchema(schema) as { properties: Record<string, Record<string, unknown>> };
  const members = Object.entries(properties);
  const isPattern = (member: Record<string, unknown>): boolean =>
    member['type'] === 'string' && member['pattern'] !== undefined && Object.keys(member).length === 2;
  if (!members.every(([, member]) => isPattern(member))) return undefined;
  return members.map(([name, member]) => [name, new RegExp(member['pattern'] as string)]);
}

function parsePath(schema: z.ZodType, params: unknown): unknown {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))];
  throw new HttpProblem({ code: 'not_found', detail: `Not well-formed in the path: ${names.join(', ')}.` });
}

/** Empty parameters count as absent (`?limit=`): read as numbers they would be zero. */
function parseQuery(schema: z.ZodType, query: unknown): unknown {
  requireStorable(query, 'query');
  const given = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .slice(0, MAX_ERRORS)
    .map((issue): FieldError => ({ field: ['query', ...issue.path].join('.'), message: issue.message }));
  throw new HttpProblem({ code: 'invalid_request', errors });
}

/** `/v1/me/{id}` in Fastify's words: `/v1/me/:id`. */
export function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
