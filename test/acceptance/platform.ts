import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Problem } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  ScaledClock,
  createIdSource,
  seededRandom,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import type { Database } from '@halfhour/platform/postgres';
import { createTestDatabase } from '@halfhour/platform/testing';
import { type ApiClient, createApiClient } from '@halfhour/twin/http';
import { openCityMap } from '../../apps/server/src/city-maps.ts';
import { createHttpApp } from '../../apps/server/src/http/app.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { createPlatform } from '../../apps/server/src/platform.ts';
import { type CityMarket, type CityMarketOptions, insertCityMarket } from './city-market.ts';

/** Monday 2026-06-01, 12:00 UTC: when the clock of the markets begins. */
export const START = 1_780_315_200_000 as EpochMs;

export interface ServedPlatform {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly db: Database;
  /** Of the markets. Stands still until a test sets its speed, so nothing happens that nobody asked for. */
  readonly clock: ScaledClock;
  readonly market: CityMarket;
  /** Another market of the same platform, with people of its own. */
  readonly elsewhere: CityMarket;
  clientOf(person?: { readonly token: string }): ApiClient;
}

/**
 * The whole platform as `halfhour serve` composes it, over a database of its own and served on a free port; an
 * answer that differs from the contract becomes a 500. Call it at the top of the file: it ends with the file.
 */
export async function servePlatform(
  options: CityMarketOptions & {
    /** Makes of the database with its two markets what the platform is to run on. */
    readonly prepare?: (db: Database, marketIds: readonly MarketId[]) => Promise<Database>;
    /** Of the built web app; without it no pages are served. */
    readonly webFolder?: string;
  } = {},
): Promise<ServedPlatform> {
  const closing: (() => Promise<void>)[] = [];
  // Before the database's own, which closes it.
  after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const made = await createTestDatabase();
  const log = createLog({ level: process.env['HALFHOUR_TEST_LOG'] === undefined ? 'silent' : 'info' });
  const clock = new ScaledClock(systemTicker, START, 0);
  const market = await insertCityMarket(made, createIdSource(systemNow, 900), START, options);
  const elsewhere = await insertCityMarket(made, createIdSource(systemNow, 901), START);
  const db = (await options.prepare?.(made, [market.marketId, elsewhere.marketId])) ?? made;
  const platform = createPlatform({
    db,
    clock,
    wallClock: new ScaledClock(systemTicker, systemNow()),
    node: 902,
    openCityMap,
    clockControl: { speed: () => clock.speed, setSpeed: (speed) => clock.setSpeed(speed) },
    log,
  });
  closing.push(platform.close);
  await platform.startMarkets();
  const noPages = await mkdtemp(join(tmpdir(), 'halfhour-web-'));
  closing.push(() => rm(noPages, { recursive: true, force: true }));
  const app = await createHttpApp({
    handlers: platform.handlers,
    identity: platform.identity,
    checks: platform.checks,
    gauges: platform.gauges,
    log,
    ticker: systemTicker,
    version: '0.0.0',
    requestIdPrefix: 'test',
    webFolder: options.webFolder ?? noPages,
    checkAnswers: true,
  });
  closing.push(() => app.close(1_000));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    db,
    clock,
    market,
    elsewhere,
    clientOf: (person) =>
      createApiClient({
        baseUrl: url,
        ticker: systemTicker,
        random: seededRandom('client'),
        maxAttempts: 1,
        ...(person === undefined ? {} : { token: person.token }),
      }),
  };
}

/** What a client that follows nobody's rules sends. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly token?: string | undefined;
  /** Sent as it is where it is text, else as JSON. */
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly contentType?: string;
}

export interface RawAnswer<Body> {
  readonly status: number;
  readonly contentType: string;
  readonly body: Body;
}

export async function send<Body = Problem>(baseUrl: string, request: RawRequest): Promise<RawAnswer<Body>> {
  const { method, path, token, body, key } = request;
  const response = await fetch(baseUrl + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    contentType,
    body: (contentType.includes('json') ? JSON.parse(text) : text) as Body,
  };
}
