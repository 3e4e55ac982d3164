import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { Listr, type ListrTask, PRESET_TIMER } from 'listr2';
import type { Logger } from 'pino';
import { ScaledClock, createIdSource, seededRandom, systemNow, systemTicker } from '@halfhour/kernel';
import { selectLatestMoment } from '@halfhour/platform/events';
import { selectMarkets } from '@halfhour/platform/markets';
import { type Database, type Queryable, isReachable } from '@halfhour/platform/postgres';
import { type DemoMarket, buildDemoMarket } from '@halfhour/twin/demo';
import { openCityMap } from '../city-maps.ts';
import { closeAll } from '../close-all.ts';
import { migrateDatabase, startDatabase } from '../database.ts';
import { type CastFile, readCast } from '../demo/cast-file.ts';
import { letPeopleLive } from '../demo/let-people-live.ts';
import { OPERATOR_EMAIL, loadDemoMarket } from '../demo/load-demo-market.ts';
import { type Guest, type Guests, loadGuests } from '../demo/load-guests.ts';
import { type SandboxFile, loadSandbox } from '../demo/load-sandbox.ts';
import { type MarketClock, openMarketClock } from '../demo/market-clock.ts';
import { createLog } from '../log.ts';
import { takeNodeNumber } from '../node-number.ts';
import { type Platform, createPlatform } from '../platform.ts';
import { Refusal } from '../refusal.ts';
import { type CommandOptions, type Settings, readSettings } from '../settings.ts';
import { startServer } from '../start-server.ts';
import { stopOnSignal } from '../stop-signals.ts';

interface DemoOptions extends CommandOptions {
  readonly city: string;
  readonly speed: string;
}

const SPEED = 10;

/** `halfhour demo`: a living market with simulated people, on an embedded Postgres. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('serve a living demo market: real streets and places, simulated people')
    .option('--port <port>', 'port to listen on (8030)')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--data <folder>', 'folder of the demo’s data (.halfhour/demo)')
    .option('--city <source>', 'montevideo, or synthetic:SEED', 'montevideo')
    .option('--speed <n>', 'market seconds a second, 0 to 120; the map page changes it', String(SPEED))
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const speed = Number(options.speed);
  if (!(speed >= 0 && speed <= 120)) throw new Refusal('--speed must be from 0 to 120.');
  const data = options.data ?? (await defaultFolder());
  // What a person wants to read here is where to look; requests are told at level info.
  // One process does everything here, whatever role is set for those that serve.
  const settings = readSettings(
    { ...options, data, role: 'all' },
    { HALFHOUR_LOG_LEVEL: 'warn', ...process.env },
  );
  const log = createLog({ level: settings.logLevel });
  const stopping = new AbortController();
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    stopping.abort();
    await closeAll(closing.splice(0));
  };
  stopOnSignal(close, {
    now: () => performance.now(),
    onStop: () => process.stdout.write('\nStopping: what runs is finished first. Again to stop at once.\n'),
    onError: (error) => log.fatal({ event: 'stop_failed', err: error }, 'could not stop cleanly'),
  });

  const started = performance.now();
  try {
    const database = await step('Postgres', async () => {
      const running = await startDatabase(settings, log);
      closing.push(running.close);
      await migrateDatabase(running.db, log);
      return running;
    });
    const demo = await step(`City: ${options.city}`, async (retitle) => {
      const city = await openCityMap(options.city);
      retitle(
        `City: ${city.name}, ${count(city.streets.length)} streets, ${count(city.addresses.length)} addresses`,
      );
      return buildDemoMarket(city, seededRandom('demo'));
    });
    const { cast, guests, sandbox, market, platform } = await step('Market', async (retitle) => {
      const alone = settings.databaseUrl === undefined;
      const held = await takeNodeNumber(database.db, { node: settings.node, alone }, log);
      closing.push(held.release);
      const opened = await openMarket(database.db, demo, options.city, settings, held.node, log);
      closing.push(opened.platform.close);
      await opened.platform.startMarkets();
      retitle(
        `Market: ${count(demo.stores.length)} stores, ${count(demo.couriers.length)} couriers, ${count(demo.shoppers.length)} shoppers`,
      );
      return opened;
    });
    const server = await step('Server', async () => {
      const running = await startServer(settings, platform, log);
      closing.push(running.stop);
      return running;
    });
    const people = await letPeopleLive({
      demo,
      cast,
      guests,
      market,
      platform,
      baseUrl: server.url,
      signal: stopping.signal,
      log,
    });
    closing.push(people.stop);
    market.clock.setSpeed(speed);
    const linkOf = async ({ userId }: Pick<Guest, 'userId'>): Promise<string> =>
      `${server.url}/?signin=${await platform.identity.createSignInLink(userId)}`;
    const links = {
      operator: await linkOf({ userId: cast.operatorId }),
      shopper: await linkOf(guests.shopper),
      merchant: await linkOf(guests.merchant),
      courier: await linkOf(guests.courier),
    };
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    process.stdout.write(
      signOf({
        url: server.url,
        links,
        guests,
        demo,
        cast,
        sandbox,
        seconds,
        speed,
        folder: settings.dataFolder,
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
}

/** Shows a step while it runs and how long it took. */
async function step<T>(title: string, run: (retitle: (title: string) => void) => Promise<T>): Promise<T> {
  let value: T | undefined;
  const task: ListrTask = {
    title,
    async task(_, shown) {
      value = await run((given) => (shown.title = given));
    },
  };
  const renderer = process.stdout.isTTY ? 'default' : 'simple';
  // Ctrl-C is ours: Listr would end the process and leave Postgres behind.
  const options = {
    renderer,
    rendererOptions: { timer: PRESET_TIMER },
    registerSignalListeners: false,
  } as const;
  await new Listr([task], options).run();
  return value as T;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** The demo's market, loaded once, its clock where it was, and the platform over both. */
async function openMarket(
  db: Database,
  demo: DemoMarket,
  city: string,
  settings: Settings,
  node: number,
  log: Logger,
): Promise<{
  cast: CastFile;
  guests: Guests;
  sandbox: SandboxFile;
  market: MarketClock;
  platform: Platform;
}> {
  const castPath = join(settings.dataFolder, 'cast.json');
  const earlier = await readCast(castPath);
  await requireSameCity(db, earlier, city, settings.dataFolder);
  const market = await openMarketClock({
    path: join(settings.dataFolder, 'clock.json'),
    ticker: systemTicker,
    wallNow: systemNow(),
    timeZone: demo.timeZone,
    notBefore: earlier === undefined ? undefined : await selectLatestMoment(db, earlier.marketId),
    speed: 0,
  });
  const { clock } = market;
  const ids = createIdSource(systemNow, node);
  const secrets = { bytes: randomBytes };
  const cast = await loadDemoMarket({ db, clock, ids, secrets, castPath }, demo, city);
  const guestsPath = join(settings.dataFolder, 'guests.json');
  const guests = await loadGuests({ db, clock, ids, secrets, path: guestsPath }, demo, cast);
  const path = join(settings.dataFolder, 'sandbox.json');
  const sandbox = await loadSandbox({ db, clock, ids, secrets, path });
  const platform = createPlatform({
    db,
    clock,
    wallClock: new ScaledClock(systemTicker, systemNow()),
    node,
    openCityMap,
    clockControl: { speed: () => clock.speed, setSpeed: (given) => clock.setSpeed(given) },
    privateWebhooks: settings.privateWebhooks,
    testBooks: true,
    log,
  });
  return { cast, guests, sandbox, market, platform };
}

/** One folder, one city: people who live in one would be lost in another. */
async function requireSameCity(
  db: Queryable,
  earlier: CastFile | undefined,
  city: string,
  folder: string,
): Promise<void> {
  const [market] = earlier === undefined ? [] : await selectMarkets(db, earlier.marketId);
  if (market === undefined || market.mapSource === city) return;
  throw new Refusal(
    `${folder} holds the demo of ${market.mapSource}. Start it with --city ${market.mapSource}, or choose another folder with --data.`,
  );
}

/** In the folder where the command runs; as root, where the account of Postgres may go. */
async function defaultFolder(): Promise<string> {
  const here = join('.halfhour', 'demo');
  if (process.getuid?.() !== 0 || (await isReachable(process.cwd()))) return here;
  return '/var/lib/halfhour/demo';
}

function signOf(about: {
  url: string;
  links: Readonly<Record<'operator' | 'shopper' | 'merchant' | 'courier', string>>;
  guests: Guests;
  demo: DemoMarket;
  cast: CastFile;
  sandbox: SandboxFile;
  seconds: string;
  speed: number;
  folder: string;
}): string {
  const { url, links, guests } = about;
  const shopper = Object.values(about.cast.shoppers)[0]!;
  return `
  Halfhour is ready in ${about.seconds} s: ${about.demo.name}, at ${about.speed} times the speed of life.

  Live map     ${links.operator}
               (signs you in once; later at ${url}/sign-in with
               ${OPERATOR_EMAIL} and the password ${about.cast.operatorPassword})
  Shop         ${links.shopper}
               ${guests.shopper.email}; each link in a window of its own, private ones do
  Store        ${links.merchant}
               ${guests.merchant.email}, of ${guests.merchant.storeName}
  Courier      ${links.courier}
               ${guests.courier.email}; all with the operator’s password
  API          ${url}/docs
               as a shopper: Authorization: Bearer ${shopper.token}
  Sandbox      ${about.sandbox.marketId}, where you drive the orders: docs/sandbox.md
               Authorization: Bearer ${about.sandbox.token}
  Data         ${about.folder}

  Ctrl-C stops everything; starting again goes on where it was.
`;
}
