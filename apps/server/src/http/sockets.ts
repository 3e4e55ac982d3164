import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WebSocket, WebSocketServer } from 'ws';
import { type Result, type Ticker, err, ok } from '@halfhour/kernel';
import type { ApiError } from '@halfhour/platform/api';
import { HttpProblem, MAX_ERRORS, type Validation, classify, toFieldError, toProblem } from './problem.ts';

const HEARTBEAT_MS = 15_000;
/** Who has not answered so many heartbeats is gone. */
const MAX_SILENT_BEATS = 2;
/** 100 points are about 8 KiB. */
const MAX_MESSAGE_BYTES = 16 * 1_024;
const MESSAGES_PER_SECOND = 10;
const MESSAGES_AT_ONCE = 20;
/** What may wait for a client that does not read its answers. */
const MAX_UNREAD_BYTES = 64 * 1_024;
/** A phone that changes its network comes again before the server knows that it has gone. */
const SOCKETS_PER_SUBJECT = 2;
/** From the close that we send to the end of the connection. */
const CLOSING_MS = 2_000;

/** Close codes of RFC 6455. */
const GOING_AWAY = 1_001;
const POLICY = 1_008;

/** Takes a message that fits the contract. */
export type Receive = (
  message: unknown,
) => Result<undefined, ApiError> | Promise<Result<undefined, ApiError>>;

/** WebSockets: counted, bounded, and closed together on shutdown. */
export interface Sockets {
  /** Sends upgrades to the routes of the app, so that they meet the same gate as any request. */
  attach(app: FastifyInstance): void;
  /**
   * Turns the request into a WebSocket whose messages go to `receive`, or throws HttpProblem. `mayStay` is asked at
   * each heartbeat; its error closes the socket.
   */
  accept(
    request: FastifyRequest,
    reply: FastifyReply,
    socket: {
      readonly receive: Receive;
      readonly validate: Validation;
      readonly mayStay: () => Promise<Result<unknown, ApiError>>;
    },
  ): void;
  closeAll(): void;
  readonly count: number;
  /** Since the start. */
  readonly messages: number;
}

/** For `http.createServer`: only paths of WebSockets are upgraded; elsewhere the header means nothing, as before. */
export function shouldUpgrade({ url }: IncomingMessage): boolean {
  return /\/socket(?:\?|$)/.test(url!);
}

export function createSockets({
  limit,
  ticker,
}: {
  /** Open at any time; further ones are told to come back. */
  readonly limit: number;
  readonly ticker: Ticker;
}): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    // Messages are small, and each compressing connection holds memory for it.
    perMessageDeflate: false,
  });
  const upgrades = new WeakMap<IncomingMessage, { readonly socket: Duplex; readonly head: Buffer }>();
  const open = new Set<WebSocket>();
  const bySubject = new Map<string, WebSocket[]>();
  let closing = false;
  let messages = 0;

  function close(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason);
    const cancel = ticker.after(CLOSING_MS, () => socket.terminate());
    socket.once('close', cancel);
  }

  function admit(socket: WebSocket, subject: string): void {
    const others = bySubject.get(subject) ?? [];
    if (others.length >= SOCKETS_PER_SUBJECT) {
      forget(others[0]!, subject);
      close(others[0]!, POLICY, 'replaced');
    }
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), socket]);
    open.add(socket);
  }

  function forget(socket: WebSocket, subject: string): void {
    const left = (bySubject.get(subject) ?? []).filter((each) => each !== socket);
    if (left.length === 0) bySubject.delete(subject);
    else bySubject.set(subject, left);
  }

  function run(
    socket: WebSocket,
    request: FastifyRequest,
    { receive, validate, mayStay }: Parameters<Sockets['accept']>[2],
  ): void {
    // What the path names, since a path can be written in many ways.
    const subject = JSON.stringify(request.halfhour.params);
    let allowance = MESSAGES_AT_ONCE;
    let allowedAt = ticker.elapsedMs();
    let silentBeats = 0;
    let cancelBeat: () => void = () => {};
    const isOpen = (): boolean => socket.readyState === WebSocket.OPEN;

    function tell(error: ApiError): void {
      if (!isOpen()) return;
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) return socket.terminate();
      socket.send(JSON.stringify(toProblem(error, request.id)));
    }

    function fail(thrown: unknown): void {
      const { error, unexpected } = classify(thrown);
      if (unexpected)
        request.log.error({ event: 'failure', requestId: request.id, err: thrown }, 'message failed');
      tell(error);
    }

    function isAllowed(): boolean {
      const now = ticker.elapsedMs();
      allowance = Math.min(MESSAGES_AT_ONCE, allowance + ((now - allowedAt) * MESSAGES_PER_SECOND) / 1_000);
      allowedAt = now;
      if (allowance < 1) return false;
      allowance -= 1;
      return true;
    }

    function take(data: Buffer, isBinary: boolean): void {
      // What was under way when we closed.
      if (!isOpen()) return;
      messages += 1;
      if (!isAllowed()) return close(socket, POLICY, 'too_many_requests');
      if (isBinary) return tell({ code: 'unsupported_media_type' });
      let message: unknown;
      try {
        message = JSON.parse(data.toString());
      } catch {
        return tell({ code: 'malformed_json' });
      }
      if (!validate(message)) {
        const errors = (validate.errors ?? [])
          .slice(0, MAX_ERRORS)
          .map((each) => toFieldError(each, 'message'));
        return tell({ code: 'invalid_request', errors });
      }
      try {
        const outcome = receive(message);
        if (outcome instanceof Promise) {
          outcome.then((later) => {
            if (!later.ok) tell(later.error);
          }, fail);
        } else if (!outcome.ok) tell(outcome.error);
      } catch (error) {
        fail(error);
      }
    }

    async function beat(): Promise<void> {
      if (silentBeats >= MAX_SILENT_BEATS) return socket.terminate();
      silentBeats += 1;
      socket.ping();
      const stays = await mayStay();
      if (!stays.ok) close(socket, POLICY, stays.error.code);
      else schedule();
    }

    function schedule(): void {
      // Whether the caller may stay cannot be asked while Postgres is away; the socket then stays.
      if (isOpen()) cancelBeat = ticker.after(HEARTBEAT_MS, () => void beat().catch(schedule));
    }

    socket.on('message', (data, isBinary) => take(data as Buffer, isBinary));
    socket.on('pong', () => (silentBeats = 0));
    // Too large a message, a broken frame, a lost connection: ws closes it, with the code that fits.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      cancelBeat();
      open.delete(socket);
      forget(socket, subject);
    });
    admit(socket, subject);
    schedule();
  }

  return {
    attach(app) {
      (app.server as Server).on('upgrade', (raw, socket, head) => {
        // Until ws takes the socket over, nobody else listens.
        socket.on('error', () => socket.destroy());
        upgrades.set(raw, { socket, head });
        const response = new ServerResponse(raw);
        response.shouldKeepAlive = false;
        response.assignSocket(socket as never);
        // An answer that is no upgrade ends the connection: Node does not read from it any more.
        response.once('finish', () => (socket as Socket).destroySoon());
        app.routing(raw, response);
      });
    },

    accept(request, reply, socket) {
      const upgrade = upgrades.get(request.raw);
      if (upgrade === undefined) {
        void reply.header('upgrade', 'websocket');
        throw new HttpProblem({ code: 'upgrade_required' });
      }
      const room = roomFor();
      if (!room.ok) throw new HttpProblem(room.error);
      reply.hijack();
      reply.raw.detachSocket(upgrade.socket as never);
      server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (opened) =>
        run(opened, request, socket),
      );
    },

    closeAll() {
      closing = true;
      for (const socket of open) close(socket, GOING_AWAY, 'the server stops');
    },
    get count() {
      return open.size;
    },
    get messages() {
      return messages;
    },
  };

  function roomFor(): Result<undefined, ApiError> {
    if (closing) return err({ code: 'unavailable' });
    return open.size >= limit ? err({ code: 'overloaded', retryAfterSeconds: 10 }) : ok(undefined);
  }
}
