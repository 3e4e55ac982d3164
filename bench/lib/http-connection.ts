import { type Socket, connect } from 'node:net';

/** One request of a session. Texts are ASCII, so that their length is the number of bytes sent. */
export interface LoadRequest {
  /** What it is counted as: `place`. */
  readonly kind: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly idempotencyKey?: string;
  /** JSON. */
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Whether it has a Retry-After header. */
  readonly retryAfter: boolean;
  /** Decoded when asked for; only until the callback returns. */
  body(): string;
}

/** All connections read into one buffer: libuv fills it and calls back before it reads the next socket. */
const SHARED = Buffer.allocUnsafe(256 * 1_024);
const HEAD_END = '\r\n\r\n';

/**
 * The least that speaks HTTP/1.1: one request at a time over one kept connection, answers with Content-Length.
 * A request costs 19 to 24 CPU-µs at full load (`bench/http.ts` prints it), so that the load leaves the cores to what
 * is measured.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private readonly host: string;
  private readonly onAnswer: (connection: HttpConnection, answer: HttpAnswer) => void;
  /** The part of an answer that came so far. */
  private pending: Buffer | undefined;

  constructor(options: {
    readonly host: string;
    readonly port: number;
    readonly onAnswer: (connection: HttpConnection, answer: HttpAnswer) => void;
    /** Once; an answer that was waited for does not come. */
    readonly onClose: (connection: HttpConnection) => void;
  }) {
    this.onAnswer = options.onAnswer;
    this.host = `${options.host}:${options.port}`;
    this.socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback: (length) => {
          this.read(length);
          return true;
        },
      },
    });
    // Every error is followed by close.
    this.socket.on('error', () => undefined);
    this.socket.once('close', () => options.onClose(this));
  }

  send({ method, path, token, idempotencyKey, body }: LoadRequest): void {
    let text = `${method} ${path} HTTP/1.1\r\nhost: ${this.host}\r\n`;
    if (token !== undefined) text += `authorization: Bearer ${token}\r\n`;
    if (idempotencyKey !== undefined) text += `idempotency-key: ${idempotencyKey}\r\n`;
    text +=
      body === undefined
        ? '\r\n'
        : `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    this.socket.write(text, 'latin1');
  }

  close(): void {
    this.socket.destroy();
  }

  private read(length: number): void {
    let bytes: Buffer = SHARED.subarray(0, length);
    if (this.pending !== undefined) {
      bytes = Buffer.concat([this.pending, bytes]);
      this.pending = undefined;
    }
    const headLength = bytes.indexOf(HEAD_END) + HEAD_END.length;
    if (headLength < HEAD_END.length) return this.wait(bytes);
    const head = bytes.toString('latin1', 0, headLength);
    const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const end = headLength + bodyLength;
    if (bytes.length < end) return this.wait(bytes);
    if (bytes.length > end || /\r\ntransfer-encoding:/i.test(head)) {
      throw new Error(`an answer that this client does not read: ${head}`);
    }
    this.onAnswer(this, {
      status: Number(head.slice(9, 12)),
      retryAfter: /\r\nretry-after: *\d/i.test(head),
      body: () => bytes.toString('utf8', headLength, end),
    });
  }

  private wait(bytes: Buffer): void {
    this.pending = Buffer.from(bytes);
  }
}
