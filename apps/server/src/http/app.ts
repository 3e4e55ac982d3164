import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Ticker } from '@halfhour/kernel';
import { createAdmission } from './admission.ts';
import { type ModuleHandlers, bindRoutes, requireHandlers } from './bind-routes.ts';
import { bindDocs } from './docs.ts';
import { createRequestLog } from './request-log.ts';
import { type GaugeSource, createMetrics } from './metrics.ts';
import { type ReadinessChecks, bindOperations } from './operations.ts';
import { HttpProblem, classify, retryAfterSeconds, toProblem } from './problem.ts';
import { type SessionKeeper, bindSessionRoutes } from './session-routes.ts';
import { createSockets } from './sockets.ts';
import { createStreams } from './streams.ts';
import { traceRequests } from './traces.ts';
import { bindWebApp } from './web-app.ts';

export interface HttpLimits {
  readonly streams: number;
  readonly streamsPerCaller: number;
  readonly sockets: number;
  readonly signInsPerMinute: number;
  readonly signUpsPerMinute: number;
  /** Requests of the API that may wait for their answers; further ones are told to come back. */
  readonly requestsInFlight: number;
}

const LIMITS: HttpLimits = {
  streams: 2_000,
  streamsPerCaller: 16,
  sockets: 20_000,
  signInsPerMinute: 60,
  signUpsPerMinute: 30,
  requestsInFlight: 2_000,
};

/** Longer than proxies in front keep theirs, as Fastify's default: who closes first must not be the server. */
const KEEP_ALIVE_MS = 72_000;
/**
 * Connections that may wait to be accepted. Of a thousand that come at once Node's 511 leave some to the retries of TCP:
 * seven seconds were seen.
 */
const BACKLOG = 4_096;
/** From the first byte of a request to the last of its body. */
const REQUEST_MS = 30_000;

export interface HttpAppOptions {
  /**
   * One for each route but those of sessions; UnboundRoutes is thrown where some are missing. Absent where only
   * health and metrics are served.
   */
  readonly handlers: Partial<ModuleHandlers> | undefined;
  readonly identity: SessionKeeper;
  readonly log: Logger;
  readonly ticker: Ticker;
  readonly version: string;
  /** Begins every request id, so that those of two processes or starts differ. */
  readonly requestIdPrefix: string;
  /** The built web app. */
  readonly webFolder: string;
  readonly checks?: ReadinessChecks;
  readonly gauges?: readonly GaugeSource[];
  readonly limits?: Partial<HttpLimits>;
  /** Addresses of proxies whose X-Forwarded-… headers are believed; none where absent. */
  readonly trustProxy?: string;
  /** Send a span a request to the endpoint of `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly traces?: boolean;
  /** Compare each answer with the contract: for tests. */
  readonly checkAnswers?: boolean;
}

export interface HttpApp {
  readonly fastify: FastifyInstance;
  /** @returns the address, such as `http://127.0.0.1:8030` */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Not ready from now on: says so to health checks and ends the streams, but answers requests. */
  drain(): void;
  /** Stops accepting, waits up to `graceMs` for running requests, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** The HTTP server over the contract. Nothing listens yet. */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const handlers = options.handlers === undefined ? undefined : requireHandlers(options.handlers);
  const limits = { ...LIMITS, ...options.limits };
  const { log, ticker, identity } = options;
  let requests = 0;
  let draining = false;
  const nextRequestId = (): string => `${options.requestIdPrefix}-${(++requests).toString(36)}`;
  const admission = createAdmission({ maxInFlight: limits.requestsInFlight, nextRequestId, log, ticker });
  const app = fastify({
    serverFactory(handle) {
      const server = admission.serve(handle);
      server.keepAliveTimeout = KEEP_ALIVE_MS;
      server.requestTimeout = REQUEST_MS;
      return server;
    },
    loggerInstance: childless(log),
    // One line a request, at its end: see the hook below.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextRequestId,
    requestIdHeader: false,
    trustProxy: options.trustProxy ?? false,
    // Routes are matched by generated code instead of a walk of their tree.
    routerOptions: { compile: true },
    // Requests that come in while closing are finished, not refused with an answer that is no problem document.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // Bodies are JSON with types of their own, so nothing is converted; unknown members are refused.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: true },
    },
    frameworkErrors: (error, request, reply) => {
      answerError(error, request as FastifyRequest, reply as never);
    },
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('halfhour');

  const connections = trackConnections(app.server);
  const streams = createStreams(limits);
  const sockets = createSockets({ limit: limits.sockets, ticker });
  const metrics = createMetrics([
    {
      name: 'halfhour_streams_open',
      help: 'Server-sent event streams that are open',
      read: () => [{ value: streams.count }],
    },
    {
      name: 'halfhour_sockets_open',
      help: 'WebSockets that are open',
      read: () => [{ value: sockets.count }],
    },
    {
      name: 'halfhour_socket_messages',
      help: 'Messages over WebSockets since the start',
      read: () => [{ value: sockets.messages }],
    },
    {
      name: 'halfhour_http_requests_in_flight',
      help: 'Requests of the API that wait for their answers',
      read: () => [{ value: admission.inFlight }],
    },
    {
      name: 'halfhour_http_requests_refused',
      help: 'Requests since the start that were told to come back because too many were in flight',
      read: () => [{ value: admission.refused }],
    },
    ...(options.gauges ?? []),
  ]);
  const stopTraces = options.traces === true ? await traceRequests(app) : undefined;

  app.addHook('onRequest', (request, reply, done) => {
    connections.carries(request.raw.socket);
    request.halfhour = {
      credentials: undefined,
      caller: undefined,
      authority: undefined,
      command: undefined,
      params: undefined,
      query: undefined,
      controller: undefined,
      raw: undefined,
      route: undefined,
    };
    reply
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store');
    done();
  });
  const requestLog = createRequestLog(log, ticker);
  app.addHook('onClose', async () => requestLog.flush());
  app.addHook('onResponse', (request, reply, done) => {
    // routeOptions is made at each look: an object of all that Fastify knows of a route.
    const route = request.halfhour?.route ?? request.routeOptions.config.route ?? 'unknown';
    const milliseconds = reply.elapsedTime;
    metrics.observeRequest(route, request.method, reply.statusCode, milliseconds / 1_000);
    requestLog.add({
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(milliseconds * 100) / 100,
      userId: request.halfhour?.caller?.userId,
      requestId: request.id,
    });
    done();
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    answerError(
      new HttpProblem({ code: 'not_found', ...(handlers === undefined ? WORKER : {}) }),
      request,
      reply,
    ),
  );

  await app.register(fastifyRateLimit, {
    global: false,
    errorResponseBuilder: (_request, context) =>
      new HttpProblem({ code: 'too_many_requests', retryAfterSeconds: Math.ceil(context.ttl / 1_000) }),
  });

  bindOperations(app, {
    checks: { ...options.checks, running: async () => !draining },
    metrics,
    authenticate: identity.authenticate,
    trustsProxy: options.trustProxy !== undefined,
  });
  if (handlers !== undefined) {
    // Plugins with hooks are registered where their routes are: helmet runs two hooks, one of them
    // async, on every request even where it is not global, cookie one at the start and one at the end.
    await app.register(async (pages) => {
      await pages.register(fastifyCookie, { hook: false });
      await pages.register(fastifyHelmet, { global: false, ...PAGE_HEADERS });
      await bindDocs(pages, options.version);
      await bindWebApp(pages, { folder: options.webFolder, identity });
    });
    await app.register((api) => bindApi(api, handlers));
  }
  await app.ready();
  sockets.attach(app);

  async function bindApi(api: FastifyInstance, handlers: ModuleHandlers): Promise<void> {
    const gate = { authenticate: identity.authenticate, take: admission.take };
    await api.register(async (sessions) => {
      await sessions.register(fastifyCookie, { hook: false });
      bindSessionRoutes(sessions, identity, gate, limits);
    });
    bindRoutes(api, {
      handlers,
      gate,
      streams,
      sockets,
      ticker,
      checkAnswers: options.checkAnswers ?? false,
    });
  }

  function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { error: found, unexpected } = classify(thrown);
    const error =
      found.code === 'body_too_large' && found['limitBytes'] === undefined
        ? { ...found, limitBytes: request.routeOptions.bodyLimit }
        : found;
    if (unexpected) log.error({ event: 'failure', requestId: request.id, err: thrown }, 'request failed');
    const problem = toProblem(error, request.id);
    const wait = retryAfterSeconds(error);
    if (wait !== undefined) reply.header('retry-after', String(wait));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    return (
      reply
        .code(problem.status)
        // Again: a path that is no URL gets here without the hook above.
        .headers({ 'x-request-id': request.id, 'cache-control': 'no-store' })
        .type('application/problem+json; charset=utf-8')
        .send(JSON.stringify(problem))
    );
  }

  const drain = (): void => {
    draining = true;
    streams.closeAll();
    sockets.closeAll();
  };
  return {
    fastify: app,
    listen: (address) => app.listen({ ...address, backlog: BACKLOG }),
    drain,
    async close(graceMs) {
      drain();
      const cancelCut = ticker.after(graceMs, () => app.server.closeAllConnections());
      // A connection whose last request has just been answered would stay open for the next one.
      let cancelSweep: () => void = () => {};
      const sweep = (): void => {
        connections.closeIdle();
        cancelSweep = ticker.after(SWEEP_MS, sweep);
      };
      sweep();
      await app.close();
      cancelCut();
      cancelSweep();
      await stopTraces?.();
    },
  };
}

const WORKER = {
  detail: 'This process is a worker: it serves health and metrics. Ask one with the role api.',
};

const SWEEP_MS = 50;

/**
 * The log as Fastify gets it. Of a logger it makes a child for each request, which costs a twentieth of one, most of
 * that in redaction; lines name their request themselves. Its own option for that, childLoggerFactory, looks at each
 * request whether what was made is a logger.
 */
function childless(log: Logger): FastifyBaseLogger {
  const same = Object.create(log, { child: { value: () => same } }) as FastifyBaseLogger;
  return same;
}

/**
 * Closes connections that carry no request. Node's own closeIdleConnections passes over those that never
 * carried one, which clients open ahead (measured: a stop that took the whole grace time of ten seconds).
 */
function trackConnections(server: Server): { carries(socket: Socket): void; closeIdle(): void } {
  const fresh = new Set<Socket>();
  server.on('connection', (socket) => {
    fresh.add(socket);
    socket.once('close', () => fresh.delete(socket));
  });
  return {
    carries: (socket) => void fresh.delete(socket),
    closeIdle() {
      for (const socket of fresh) socket.destroy();
      server.closeIdleConnections();
    },
  };
}

/** For pages only; MapLibre runs its workers from blobs and draws icons from them. */
const PAGE_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      childSrc: ['blob:'],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Belongs to what ends TLS; sent over plain HTTP browsers ignore it.
  strictTransportSecurity: false,
} as const;
