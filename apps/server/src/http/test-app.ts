import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Grant, type RouteName, ROUTES } from '@halfhour/contract';
import { type Ticker, type UserId, createIdSource, err, systemNow, systemTicker } from '@halfhour/kernel';
import type { Caller } from '@halfhour/platform/api';
import { createLog } from '../log.ts';
import { type HttpAppOptions, createHttpApp } from './app.ts';
import type { ModuleHandlers } from './bind-routes.ts';
import type { SessionKeeper } from './session-routes.ts';

const ids = createIdSource(systemNow, 1_000);

/** What a handler was called with, as far as tests look. */
export interface RecordedCall {
  readonly route: RouteName;
  readonly request: {
    readonly params: unknown;
    readonly query: unknown;
    readonly body: unknown;
    readonly authority: { readonly role: string; readonly scope: string } | undefined;
    readonly command:
      { readonly caller: string; readonly key: string; readonly bodyHash: string } | undefined;
    readonly signal: AbortSignal;
    readonly raw?: { readonly text: string; readonly headers: Readonly<Record<string, string | undefined>> };
  };
}

/** A server on a free port of 127.0.0.1, with handlers that note each call and answer `not_found`. */
export async function startTestApp(
  options: Partial<Omit<HttpAppOptions, 'identity'>> & { readonly identity?: Partial<SessionKeeper> } = {},
) {
  const calls: RecordedCall[] = [];
  const recording = Object.fromEntries(
    (Object.keys(ROUTES) as RouteName[]).map((route) => [
      route,
      async (request: RecordedCall['request']) => {
        calls.push({ route, request });
        return err({ code: 'not_found' });
      },
    ]),
  ) as unknown as ModuleHandlers;
  const holders = new Map<string, Caller>();
  const lines: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-web-'));
  const app = await createHttpApp({
    log: createLog({
      level: 'info',
      destination: new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(chunk.toString().trim());
          done();
        },
      }),
    }),
    ticker: systemTicker,
    version: '0.0.0',
    requestIdPrefix: 'test',
    webFolder: folder,
    ...options,
    handlers: { ...recording, ...options.handlers },
    identity: {
      authenticate: async (token) => holders.get(token),
      signIn: async () => err({ code: 'wrong_credentials' }),
      signUp: async () => err({ code: 'already_exists' }),
      signOut: async (token) => void holders.delete(token),
      consumeSignInLink: async () => undefined,
      ...options.identity,
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  /** Log lines, parsed. */
  const logged = () =>
    lines.flatMap((text) => text.split('\n')).map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    url,
    app,
    calls,
    folder,
    logged,
    /** The line about the request that was answered so; waits for it, since such lines are gathered for a moment. */
    async lineOf(response: Response): Promise<Record<string, unknown>> {
      const requestId = response.headers.get('x-request-id')!;
      for (;;) {
        const line = logged().find((each) => each['event'] === 'request' && each['requestId'] === requestId);
        if (line !== undefined) return line;
        await new Promise(setImmediate);
      }
    },
    /** A token of a new user who holds these grants. */
    tokenOf(...grants: Grant[]): string {
      const token = randomBytes(16).toString('hex');
      holders.set(token, { userId: ids.next('usr'), grants });
      return token;
    },
    userOf: (token: string): UserId => holders.get(token)!.userId,
    revoke: (token: string) => holders.delete(token),
    async stop() {
      await app.close(1_000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A ticker whose callbacks run when the test says so. */
export function manualTicker(): Ticker & { fire(): void } {
  let waiting = new Set<() => void>();
  return {
    elapsedMs: () => 0,
    after(_milliseconds, callback) {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
    fire() {
      const due = waiting;
      waiting = new Set();
      for (const callback of due) callback();
    },
  };
}
