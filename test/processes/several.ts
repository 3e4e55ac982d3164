import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Order, Quote } from '@halfhour/contract';
import { createIdSource, systemNow } from '@halfhour/kernel';
import { type Database, migrate, openDatabase, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import { MODULES_FOLDER } from '@halfhour/platform/testing';
import {
  type CityMarket,
  type CityMarketOptions,
  DOOR,
  type Person,
  insertCityMarket,
} from '../acceptance/city-market.ts';
import { type RawAnswer, send } from '../acceptance/platform.ts';
import { type HalfhourProcess, dataFolder, startHalfhour } from '../halfhour-process.ts';

const START_MS = 60_000;
const PATIENCE_MS = 60_000;

export interface SharedDatabase {
  readonly db: Database;
  /** For DATABASE_URL. */
  readonly url: string;
  readonly market: CityMarket;
  /** Fills the database with another market. */
  addMarket(options?: CityMarketOptions): Promise<CityMarket>;
}

/** A Postgres that no server process owns, with a market in it; ended with the file. */
export async function sharedDatabase(options: CityMarketOptions): Promise<SharedDatabase> {
  const folder = await dataFolder();
  const postgres = await startEmbeddedPostgres({ folder });
  const { host, database, user } = postgres.connection;
  const db = openDatabase({ connection: postgres.connection, maxConnections: 4 });
  after(() => db.close());
  assert.ok((await migrate(db, MODULES_FOLDER)).ok);
  // Servers take numbers from 0 on.
  let node = 1_000;
  const addMarket = (given: CityMarketOptions = {}): Promise<CityMarket> =>
    insertCityMarket(db, createIdSource(systemNow, node++), systemNow(), given);
  return {
    db,
    url: `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
    market: await addMarket(options),
    addMarket,
  };
}

export interface Served {
  readonly process: HalfhourProcess;
  readonly url: string;
  readonly node: number;
}

/** Starts `halfhour serve` on a database, as on a machine of its own. */
export async function serve(
  databaseUrl: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const process = startHalfhour(['serve', '--port', '0', ...args], {
    DATABASE_URL: databaseUrl,
    HALFHOUR_LOG_LEVEL: 'info',
    ...environment,
  });
  const [, url] = await process.printed(/"event":"listening","url":"([^"]+)"/, START_MS);
  const [, node] = await process.printed(/"event":"node_taken","node":(\d+)/, START_MS);
  return { process, url: url!, node: Number(node) };
}

/** Asks until `holds` of the answer; fails with what was seen last. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
): Promise<T> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(performance.now() < patience, `never ${what}: ${JSON.stringify(answer)}`);
    await delay(50);
  }
}

export function basketOf(market: CityMarket, offerId: string = market.oil.offerId) {
  return { storeId: market.shopId, lines: [{ offerId, quantity: 2 }], address: DOOR, tipMinor: 50 };
}

export interface Placement {
  readonly shopper: Person;
  readonly key: string;
  readonly basket: ReturnType<typeof basketOf>;
  readonly totalMinor: number;
}

export async function totalOf(url: string, market: CityMarket, basket: Placement['basket']): Promise<number> {
  const quote = await send<Quote>(url, { method: 'POST', path: `${market.path}/quotes`, body: basket });
  assert.equal(quote.status, 200, JSON.stringify(quote.body));
  return quote.body.totalMinor;
}

export function place(
  url: string,
  market: CityMarket,
  { shopper, key, basket, totalMinor }: Placement,
): Promise<RawAnswer<Order & { readonly code?: string }>> {
  return send(url, {
    method: 'POST',
    path: `${market.path}/orders`,
    token: shopper.token,
    key,
    body: { ...basket, expectedTotalMinor: totalMinor, payment: { method: 'test_approve' } },
  });
}

export interface Stream {
  /** Waits for a message of which `pattern` matches event and data, from the beginning on. */
  heard(pattern: RegExp): Promise<string>;
  /** The `id`s of all messages so far. */
  positions(): string[];
  /** Settles when the server has ended it. */
  readonly ended: Promise<unknown>;
  close(): void;
}

/** Opens a stream of server-sent events and keeps what comes. */
export async function listen(url: string, path: string, person: Person): Promise<Stream> {
  const stop = new AbortController();
  after(() => stop.abort());
  const ask = (): Promise<Response> =>
    fetch(url + path, {
      headers: { authorization: `Bearer ${person.token}`, accept: 'text/event-stream' },
      signal: stop.signal,
    });
  // On a busy machine a process that has just started may ask to come again.
  const response = await until('answered', ask, ({ status }) => status !== 503);
  assert.equal(response.status, 200);
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })();
  const ended = reading.catch(() => undefined);
  return {
    heard: (pattern) =>
      until(
        `heard ${pattern}`,
        () => Promise.resolve(text.split('\n\n').find((message) => pattern.test(message)) ?? ''),
        (message) => message !== '',
      ),
    positions: () => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!),
    ended,
    close: () => stop.abort(),
  };
}

export const HERE = { lat: 40.002, lng: 20 };

/** Puts a courier on shift by one server. */
export async function startShift(url: string, market: CityMarket, index: number): Promise<void> {
  const started = await send(url, {
    method: 'POST',
    path: `${market.path}/couriers/${market.courierIds[index]!}/shifts`,
    token: market.couriers[index]!.token,
    key: `shift-${index}-${market.marketId}`,
    body: { position: HERE, endsAt: new Date(Date.now() + 4 * 3_600_000).toISOString() },
  });
  assert.equal(started.status, 201, JSON.stringify(started.body));
}

export async function reportPosition(
  url: string,
  market: CityMarket,
  index: number,
  position: { readonly lat: number; readonly lng: number },
): Promise<void> {
  const reported = await send(url, {
    method: 'PUT',
    path: `${market.path}/couriers/${market.courierIds[index]!}/position`,
    token: market.couriers[index]!.token,
    body: position,
  });
  assert.ok(reported.status < 300, JSON.stringify(reported.body));
}
