import { type ConnectionOptions, type NatsConnection, connect } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { SECOND_MS, type Ticker } from '@halfhour/kernel';

/** Messages between the processes of one database: quick, and lost without harm. */
export interface Link {
  /** Whether messages reach the others just now. */
  readonly connected: boolean;
  /** Messages that were not sent because nobody was there to take them, or because too much was waiting. */
  readonly dropped: number;
  /** Sends to all other processes, or drops the message. `text` of at most half a megabyte. */
  publish(subject: string, text: string): void;
  /** `subject` may end with `*`. Told until the link is closed. */
  subscribe(subject: string, listener: (subject: string, text: string) => void): void;
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10 * SECOND_MS;
const CONNECT_MS = 5 * SECOND_MS;
/** A server that answers no ping for so long twice is taken to be gone. */
const PING_MS = 5 * SECOND_MS;
/** Bytes on their way to the server, beyond which messages are dropped. */
const MAX_UNSENT = 4_000_000;

/**
 * A link over NATS. It connects by itself, at the start and whenever the server was away, after pauses from a
 * quarter of a second to ten; what is published meanwhile is dropped, never kept. The client's own reconnecting is
 * off because it keeps what is published meanwhile without bound.
 *
 * @param url `nats://` or `tls://`, with user and password or a token where the server wants them; several with commas
 */
export function openNatsLink(
  url: string,
  { ticker, random, log }: { readonly ticker: Ticker; readonly random: () => number; readonly log: Logger },
): Link {
  const subscriptions: { subject: string; listener: (subject: string, text: string) => void }[] = [];
  const closing = new AbortController();
  const options = { ...connectionOptions(url), ...BEHAVIOUR };
  let connection: NatsConnection | undefined;
  let unsent = 0;
  let flushing = false;
  let dropped = 0;

  async function keepConnected(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let told = false;
    while (!closing.signal.aborted) {
      const failure = await connectOnce(() => {
        log.info({ event: 'nats_connected' }, 'connected to NATS');
        pauseMs = FIRST_PAUSE_MS;
        told = false;
      });
      if (closing.signal.aborted) return;
      if (!told) {
        log.warn({ event: 'nats_away', err: failure }, 'NATS is away: positions and events go by Postgres');
        told = true;
      }
      // Half of the pause by chance, so that all processes do not come back at the same moment.
      await pause((pauseMs / 2) * (1 + random()));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** @returns when the connection has ended, or could not be made, and why */
  async function connectOnce(onConnected: () => void): Promise<unknown> {
    try {
      const made = await connect(options);
      if (closing.signal.aborted) {
        await made.close();
        return undefined;
      }
      for (const subscription of subscriptions) listen(made, subscription);
      unsent = 0;
      connection = made;
      onConnected();
      return await made.closed();
    } catch (error) {
      return error;
    } finally {
      connection = undefined;
    }
  }

  function listen(on: NatsConnection, { subject, listener }: (typeof subscriptions)[number]): void {
    on.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) listener(message.subject, message.string());
      },
    });
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        closing.signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = ticker.after(milliseconds, wake);
      closing.signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** What was sent before a flush has reached the server when it is answered. */
  function flush(on: NatsConnection): void {
    if (flushing) return;
    flushing = true;
    const sent = unsent;
    on.flush().then(
      () => {
        flushing = false;
        if (connection !== on) return;
        unsent -= sent;
        if (unsent > 0) flush(on);
      },
      () => {
        flushing = false;
      },
    );
  }

  const keeping = keepConnected();
  return {
    get connected() {
      return connection !== undefined;
    },
    get dropped() {
      return dropped;
    },
    publish(subject, text) {
      if (connection === undefined || unsent > MAX_UNSENT) {
        dropped += 1;
        return;
      }
      try {
        connection.publish(subject, text);
      } catch {
        // It has closed in this moment, or the message is larger than the server allows.
        dropped += 1;
        return;
      }
      unsent += text.length;
      flush(connection);
    },
    subscribe(subject, listener) {
      const subscription = { subject, listener };
      subscriptions.push(subscription);
      if (connection !== undefined) listen(connection, subscription);
    },
    async close() {
      closing.abort();
      await connection?.close().catch(() => undefined);
      await keeping;
    },
  };
}

const BEHAVIOUR = {
  name: 'halfhour',
  reconnect: false,
  noEcho: true,
  timeout: CONNECT_MS,
  pingInterval: PING_MS,
  maxPingOut: 2,
} as const satisfies ConnectionOptions;

/** The client takes credentials as options, not in the address. */
function connectionOptions(text: string): ConnectionOptions {
  const urls = text.split(',').map((each) => new URL(each.trim()));
  const { username, password, protocol } = urls[0]!;
  return {
    servers: urls.map((url) => url.host),
    ...(protocol === 'tls:' ? { tls: {} } : {}),
    ...(username === ''
      ? {}
      : password === ''
        ? { token: decodeURIComponent(username) }
        : {
            user: decodeURIComponent(username),
            pass: decodeURIComponent(password),
          }),
  };
}
