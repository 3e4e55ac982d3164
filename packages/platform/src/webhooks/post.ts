import http from 'node:http';
import https from 'node:https';
import { type LookupFunction, isIP } from 'node:net';
import type { Ticker } from '@halfhour/kernel';
import {
  type ResolveHost,
  createDnsResolver,
  isPublicAddress,
  literalAddress,
  resolveBySystem,
} from './addresses.ts';

/** From asking DNS to the last byte of the answer that is read. */
export const TIMEOUT_MS = 10_000;
/** An answer is read, and thrown away, so that the connection can be used again. */
const MAX_ANSWER_BYTES = 16 * 1_024;
const MAX_IDLE_CONNECTIONS = 64;

export type PostOutcome =
  | { readonly status: number; readonly retryAfter: string | undefined }
  /** `address_refused`, `timeout`, or the code that the system gives, such as ECONNREFUSED. */
  | { readonly error: string };

export interface Poster {
  /** Posts JSON; never rejects and never follows a redirect. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PostOutcome>;
  close(): void;
}

export interface PosterOptions {
  readonly ticker: Ticker;
  /** Allows http, private networks and the names of /etc/hosts. */
  readonly development: boolean;
  /** For tests; DNS where absent. */
  readonly resolve?: ResolveHost;
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'address_refused';
}

/**
 * Posts to addresses that strangers chose. A name is resolved here, all that it resolves to must be public, and the
 * connection is made to exactly those addresses: nothing resolves the name a second time, when it could say
 * something else (DNS rebinding).
 */
export function createPoster({ ticker, development, resolve }: PosterOptions): Poster {
  const isAllowed = (address: string): boolean => development || isPublicAddress(address);
  const resolveHost = resolve ?? (development ? resolveBySystem : createDnsResolver());

  const lookup: LookupFunction = (host, options, done) => {
    resolveHost(host).then(
      (addresses) => {
        const known = addresses.map((address) => ({ address, family: isIP(address) }));
        if (known.length === 0 || !addresses.every(isAllowed)) done(new AddressRefused(), '', 0);
        else if (options.all) done(null, known);
        else done(null, known[0]!.address, known[0]!.family);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    );
  };
  const settings = { keepAlive: true, maxFreeSockets: MAX_IDLE_CONNECTIONS, timeout: TIMEOUT_MS };
  const agents = { secure: new https.Agent(settings), plain: new http.Agent(settings) };

  return {
    post(text, headers, body) {
      const url = new URL(text);
      const secure = url.protocol === 'https:';
      const literal = literalAddress(url);
      // Node asks `lookup` for names alone.
      if ((literal !== undefined && !isAllowed(literal)) || (!secure && !development)) {
        return Promise.resolve({ error: 'address_refused' });
      }
      return new Promise((settle) => {
        const request = (secure ? https : http).request(url, {
          method: 'POST',
          agent: secure ? agents.secure : agents.plain,
          lookup,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        });
        const cancel = ticker.after(TIMEOUT_MS, () => request.destroy(new Error('timeout')));
        request.on('close', cancel);
        request.on('error', (error: NodeJS.ErrnoException) => settle({ error: error.code ?? error.message }));
        request.on('response', (response) => {
          settle({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_ANSWER_BYTES) request.destroy();
          });
          response.on('error', () => undefined);
        });
        request.end(body);
      });
    },
    close() {
      agents.secure.destroy();
      agents.plain.destroy();
    },
  };
}
