import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Random } from '@halfhour/kernel';
import {
  type Database,
  type EmbeddedPostgres,
  openDatabase,
  startEmbeddedPostgres,
} from '@halfhour/platform/postgres';
import { type HalfhourProcess, killPostgres, startHalfhour } from '../halfhour-process.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';

/** How many times faster than the wall's the market's clock runs. */
const SPEED = 40;
const PROGRAM = join(import.meta.dirname, 'hurried-server.ts');
const START_MS = 60_000;
const STOP_MS = 30_000;

/** `embedded`: the server runs its Postgres; `apart`: it reaches one over TCP, which somebody else runs. */
export type Setting = 'embedded' | 'apart';

/** A server on one data folder over all its lives, with a proxy before it and one between it and its Postgres. */
export interface Stage {
  /** Of the proxy before the server: the same in all lives. */
  readonly url: string;
  /** Breaks what goes between clients and the server. */
  readonly front: CuttingProxy;
  /** Breaks what goes between the server and its Postgres, where they are apart. */
  readonly back: CuttingProxy;
  readonly setting: Setting | undefined;
  /** Starts what is not running, after stopping what runs in another setting. */
  start(setting: Setting): Promise<void>;
  /** SIGTERM, and waits for a clean end. */
  stop(): Promise<void>;
  killServer(): Promise<void>;
  /** `SIGKILL` as a crash of it alone, `SIGQUIT` its immediate stop; whoever runs it starts it again. */
  killPostgres(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void>;
  /** Looks into the tables beside the server. */
  look<T>(look: (db: Database) => Promise<T>): Promise<T>;
  /** The end of what the server has printed, without its requests. */
  output(): string;
  close(): Promise<void>;
}

/** `began`: the moment, in milliseconds, when the market's clock and the wall's were the same. */
export async function prepareStage(folder: string, began: number, random: Random): Promise<Stage> {
  const front = await startCuttingProxy(random.fork('front'));
  const back = await startCuttingProxy(random.fork('back'));
  const port = await freePort();
  const local = { database: 'halfhour', user: 'halfhour' };
  let server: HalfhourProcess | undefined;
  let postgres: EmbeddedPostgres | undefined;
  let setting: Setting | undefined;
  let printed = '';

  async function startPostgres(): Promise<void> {
    const settings = { listen_addresses: '127.0.0.1', port: String(port) };
    postgres = await startEmbeddedPostgres({ folder, settings });
  }

  async function stop(): Promise<void> {
    if (server !== undefined) {
      server.send('SIGTERM');
      const { code, signal } = await server.ended(STOP_MS);
      printed = server.output();
      server = undefined;
      if (code !== 0) throw new Error(`it stopped with ${code ?? signal}:\n${printed.slice(-4_000)}`);
    }
    await postgres?.stop();
    postgres = undefined;
    setting = undefined;
  }

  back.target = port;
  return {
    url: `http://127.0.0.1:${front.port}`,
    front,
    back,
    get setting() {
      return setting;
    },
    async start(wanted) {
      if (setting !== wanted) await stop();
      setting = wanted;
      if (wanted === 'apart' && postgres === undefined) await startPostgres();
      if (server !== undefined) return;
      server = startHalfhour(
        [],
        {
          HALFHOUR_LOG_LEVEL: process.env['HALFHOUR_TEST_LOG'] ?? 'info',
          HALFHOUR_TEST_SPEED: String(SPEED),
          HALFHOUR_TEST_BEGAN: String(began),
          ...(wanted === 'embedded'
            ? { HALFHOUR_DATA: folder }
            : { DATABASE_URL: `postgres://halfhour@127.0.0.1:${back.port}/halfhour` }),
        },
        PROGRAM,
      );
      const [, listening] = await server.printed(/"event":"listening","url":"[^"]+:(\d+)"/, START_MS);
      front.target = Number(listening);
    },
    stop,
    async killServer() {
      server?.send('SIGKILL');
      await server?.ended(STOP_MS);
      printed = server?.output() ?? '';
      server = undefined;
    },
    async killPostgres(signal) {
      await killPostgres(folder, signal);
      if (postgres !== undefined) await startPostgres();
    },
    async look(look) {
      const connection =
        setting === 'apart'
          ? `postgres://halfhour@127.0.0.1:${port}/halfhour`
          : { host: join(folder, 'postgres'), ...local };
      const db = openDatabase({ connection, maxConnections: 2 });
      try {
        return await look(db);
      } finally {
        await db.close();
      }
    },
    output: () =>
      (server?.output() ?? printed)
        .split('\n')
        .filter((line) => !/"event":"(request|failure|connection_lost)"/.test(line))
        .join('\n')
        .slice(-6_000),
    async close() {
      await stop();
      await front.close();
      await back.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
