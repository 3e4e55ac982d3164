import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { type FileAnswer, type RouteContract, type RouteName, ROUTES } from '@halfhour/contract';
import { type Result, type Ticker, err, invariant } from '@halfhour/kernel';
import type { ApiError, Handlers, StreamMessage } from '@halfhour/platform/api';
import { decideAuthority } from './access.ts';
import { type Gate, type RequestState, fastifyPath, routeOptions } from './contract-route.ts';
import { type EncodedAnswers, createEncodedAnswers } from './encoded-answers.ts';
import { HttpProblem } from './problem.ts';
import { answerSchema, bodySchema } from './schemas.ts';
import { SESSION_ROUTES, type SessionRoute } from './session-routes.ts';
import type { Receive, Sockets } from './sockets.ts';
import { STREAM_HEADERS, type Streams, writeStream } from './streams.ts';

/** What the modules bring: a handler for every route but those of sessions, which are a matter of HTTP. */
export type ModuleHandlers = Handlers<Exclude<RouteName, SessionRoute>>;

/** Routes without a handler when the server starts: the composition is incomplete, and says where. */
export class UnboundRoutes extends Error {
  override readonly name = 'UnboundRoutes';
  readonly routes: readonly RouteName[];

  constructor(routes: readonly RouteName[]) {
    super(`These routes of the contract have no handler: ${routes.join(', ')}.`);
    this.routes = routes;
  }
}

/** Throws UnboundRoutes unless every route that is not the server's own has a handler. */
export function requireHandlers(handlers: Partial<ModuleHandlers>): ModuleHandlers {
  const missing = (Object.keys(ROUTES) as RouteName[]).filter(
    (name) => !SESSION_ROUTES.has(name) && handlers[name as keyof ModuleHandlers] === undefined,
  );
  if (missing.length > 0) throw new UnboundRoutes(missing);
  return handlers as ModuleHandlers;
}

export interface Binding {
  readonly handlers: ModuleHandlers;
  readonly gate: Gate;
  readonly streams: Streams;
  readonly sockets: Sockets;
  readonly ticker: Ticker;
  /** Compare each answer with the contract, and answer 500 where it differs: for tests. */
  readonly checkAnswers: boolean;
}

/** Answers that are large and stay the same object for long. See `createEncodedAnswers`. */
const ENCODED: ReadonlySet<RouteName> = new Set<RouteName>(['getStreets']);

const NOTHING = {};

/** Registers every route of the contract that a module answers. */
export function bindRoutes(app: FastifyInstance, binding: Binding): void {
  const encoded = createEncodedAnswers();
  for (const [name, contract] of Object.entries(ROUTES) as [RouteName, RouteContract][]) {
    if (SESSION_ROUTES.has(name)) continue;
    const handler = binding.handlers[name as keyof ModuleHandlers] as AnyHandler;
    const answer = binding.checkAnswers ? checkedAnswer(contract) : undefined;
    app.route({
      ...routeOptions(contract, binding.gate),
      handler: contract.stream
        ? (request, reply) => answerStream(contract, handler as AnyStreamHandler, binding, request, reply)
        : contract.socket !== undefined
          ? socketAnswer(contract, bodySchema(contract.socket.takes), handler as AnySocketHandler, binding)
          : contract.file !== undefined
            ? (request, reply) => answerFile(contract, handler, request, reply)
            : ENCODED.has(name)
              ? (request, reply) => answerEncoded(encoded, contract, handler, request, reply)
              : (request, reply) => answerPlain(contract, handler, answer, request, reply),
    });
  }
  refuseOtherMethods(app);
}

type AnyHandler = (request: unknown) => Promise<Result<unknown, ApiError>>;
type AnyStreamHandler = (request: unknown) => Promise<Result<AsyncIterable<StreamMessage>, ApiError>>;

type AnySocketHandler = (request: unknown) => Promise<Result<Receive, ApiError>>;

/** Without async: its promise and Fastify's look at it would be paid by every request. */
function answerPlain(
  contract: RouteContract,
  handler: AnyHandler,
  check: AnswerCheck | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, schema } = contract.response;
  const fail = (thrown: unknown): void =>
    void reply.send(thrown instanceof Error ? thrown : new Error(String(thrown)));
  handler(new HandlerRequest(request, reply)).then((result) => {
    try {
      if (!result.ok) throw new HttpProblem(result.error);
      check?.(request, result.value);
      void reply.code(status).send(schema === undefined ? undefined : result.value);
    } catch (error) {
      fail(error);
    }
  }, fail);
}

async function answerEncoded(
  encoded: EncodedAnswers,
  contract: RouteContract,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const result = await handler(new HandlerRequest(request, reply));
  if (!result.ok) throw new HttpProblem(result.error);
  const { plain, gzip, etag } = await encoded.encode(result.value as object);
  reply.headers({ etag, 'cache-control': 'public, max-age=300', vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  reply.code(contract.response.status).type('application/json; charset=utf-8');
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(plain);
  return reply.header('content-encoding', 'gzip').send(gzip);
}

async function answerFile(
  contract: RouteContract,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const result = await handler(new HandlerRequest(request, reply));
  if (!result.ok) throw new HttpProblem(result.error);
  const { mediaType, name, content } = result.value as FileAnswer;
  invariant(contract.file?.includes(mediaType) === true && /^[\w.-]+$/.test(name), `not this file: ${name}`);
  return reply
    .code(contract.response.status)
    .headers({
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'private, no-store',
    })
    .type(mediaType)
    .send(typeof content === 'string' ? content : Buffer.from(content));
}

/** The request as handlers get it. Its signal is made when first asked for: most never ask. */
class HandlerRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly authority: RequestState['authority'];
  readonly command: RequestState['command'];
  readonly requestId: string;
  /** Where a stream goes on; see `StreamHandler`. */
  after: string | undefined;
  readonly #reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    const state = request.halfhour;
    this.params = state.params;
    this.query = state.query;
    this.body = request.body;
    this.authority = state.authority;
    this.command = state.command;
    this.requestId = request.id;
    this.after = undefined;
    this.#reply = reply;
  }

  get raw(): { text: string; headers: Record<string, string | undefined> } | undefined {
    const { raw } = this.#reply.request.halfhour;
    if (raw === undefined) return undefined;
    const headers = this.#reply.request.headers as Record<string, string | undefined>;
    return { text: Buffer.concat(raw).toString('utf8'), headers };
  }

  get signal(): AbortSignal {
    return (this.#reply.request.halfhour.controller ??= abortOnClose(this.#reply)).signal;
  }
}

function abortOnClose(reply: FastifyReply): AbortController {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller;
}

async function answerStream(
  contract: RouteContract,
  handler: AnyStreamHandler,
  { streams, ticker, gate, checkAnswers }: Binding,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const state = request.halfhour;
  const controller = (state.controller = abortOnClose(reply));
  const place = streams.open(state.authority?.userId ?? request.ip, () => controller.abort());
  if (!place.ok) throw new HttpProblem(place.error);
  // At once when the caller goes, not only when the source has noticed.
  controller.signal.addEventListener('abort', place.value.release, { once: true });
  try {
    const { after } = (state.query ?? NOTHING) as { after?: string };
    const lastEventId = request.headers['last-event-id'];
    const asked = new HandlerRequest(request, reply);
    // A browser that connects again sends the header, and `after` as it was in the address at first.
    asked.after = typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : after;
    const result = await handler(asked);
    if (!result.ok) throw new HttpProblem(result.error);
    const answer = checkAnswers ? checkedAnswer(contract) : undefined;
    reply.hijack();
    reply.raw.writeHead(contract.response.status, { ...STREAM_HEADERS, 'x-request-id': request.id });
    await writeStream(
      reply.raw,
      answer === undefined ? result.value : checkedMessages(result.value, (data) => answer(request, data)),
      {
        ticker,
        signal: controller.signal,
        mayListen: async () => {
          if (state.credentials === undefined) return true;
          const caller = await gate.authenticate(state.credentials.token);
          const params = request.params as { marketId?: string };
          return decideAuthority(contract, caller, params).kind === 'allowed';
        },
      },
    );
  } catch (error) {
    if (!reply.raw.headersSent) throw error;
    // The head is gone, so the caller learns by the end of the stream, and comes again with its position.
    if (!controller.signal.aborted)
      request.log.error({ event: 'stream_failed', requestId: request.id, err: error }, 'stream failed');
  } finally {
    place.value.release();
  }
  return reply;
}

/** Opens a WebSocket where the handler would take messages, and asks it and the gate again at each heartbeat. */
function socketAnswer(
  contract: RouteContract,
  schema: Record<string, unknown>,
  handler: AnySocketHandler,
  { sockets, gate }: Binding,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const opened = await handler(new HandlerRequest(request, reply));
    if (!opened.ok) throw new HttpProblem(opened.error);
    const state = request.halfhour;
    sockets.accept(request, reply, {
      receive: opened.value,
      validate: request.compileValidationSchema(schema),
      async mayStay() {
        const caller = await gate.authenticate(state.credentials!.token);
        const decision = decideAuthority(contract, caller, request.params as { marketId?: string });
        if (decision.kind === 'refused') return err({ code: decision.code });
        state.authority = decision.authority;
        return handler(new HandlerRequest(request, reply));
      },
    });
    return reply;
  };
}

async function* checkedMessages(
  messages: AsyncIterable<StreamMessage>,
  check: (data: unknown) => void,
): AsyncGenerator<StreamMessage> {
  for await (const message of messages) {
    check(message.data);
    yield message;
  }
}

type AnswerCheck = (request: FastifyRequest, value: unknown) => void;

function checkedAnswer(contract: RouteContract): AnswerCheck | undefined {
  if (contract.response.schema === undefined) return undefined;
  const schema = answerSchema(contract.response.schema);
  return (request, value) => {
    // As it will be on the wire: without undefined members, and untouched by the defaults of the check.
    const sent = JSON.parse(JSON.stringify(value)) as unknown;
    const validate = request.compileValidationSchema(schema);
    invariant(
      validate(sent),
      `${contract.path} answers what its contract does not say: ${JSON.stringify(validate.errors)}`,
    );
  };
}

/** 405 with Allow for every path of the contract, before any body is read. */
function refuseOtherMethods(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of Object.values(ROUTES) as RouteContract[]) {
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === 'GET') known.add('HEAD');
  }
  const all: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  for (const [path, known] of methods) {
    app.route({
      method: all.filter((method) => !known.has(method)),
      url: fastifyPath(path),
      config: { route: path },
      onRequest: async (_request, reply) => {
        reply.header('allow', [...known].join(', '));
        throw new HttpProblem({ code: 'method_not_allowed', allowed: [...known] });
      },
      handler: () => undefined,
    });
  }
}
