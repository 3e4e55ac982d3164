import type { Command } from 'commander';
import { ScaledClock, systemNow, systemTicker } from '@halfhour/kernel';
import { closeAll } from '../close-all.ts';
import { createLog } from '../log.ts';
import { openCityMap } from '../city-maps.ts';
import { migrateDatabase, startDatabase } from '../database.ts';
import { openNatsLink } from '../nats-link.ts';
import { takeNodeNumber } from '../node-number.ts';
import { createOsrmRoads } from '../osrm-roads.ts';
import { createPlatform } from '../platform.ts';
import { type CommandOptions, ROLES, readSettings } from '../settings.ts';
import { startServer } from '../start-server.ts';
import { stopOnSignal } from '../stop-signals.ts';

/** A table of 50 × 50 takes OSRM some ms; who waits longer is better served by the own streets. */
const OSRM_TIMEOUT_MS = 2_000;

/** `halfhour serve`: the platform on its database, without a demo market. */
export function register(program: Command): void {
  program
    .command('serve')
    .description('serve the platform; settings can also be given as HALFHOUR_… variables')
    .option('--port <port>', 'port to listen on (8030)')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--role <role>', `${ROLES.join(', ')} (all): answer requests, do what nobody asks for, or both`)
    .option(
      '--data <folder>',
      'folder of the embedded Postgres (.halfhour); DATABASE_URL names another server',
    )
    .option('--backups <folder>', 'archive the embedded Postgres there, to restore it to any moment')
    .action(serve);
}

async function serve(options: CommandOptions): Promise<void> {
  const settings = readSettings(options, process.env);
  const log = createLog({ level: settings.logLevel });
  const database = await startDatabase(settings, log);
  const { db } = database;
  const closing: (() => Promise<void>)[] = [database.close];
  const close = (): Promise<void> => closeAll(closing);
  try {
    await migrateDatabase(db, log);
    const held = await takeNodeNumber(
      db,
      { node: settings.node, alone: settings.databaseUrl === undefined },
      log,
    );
    closing.push(held.release);
    const link =
      settings.natsUrl === undefined
        ? undefined
        : openNatsLink(settings.natsUrl, { ticker: systemTicker, random: Math.random, log });
    if (link !== undefined) closing.push(link.close);
    const clock = new ScaledClock(systemTicker, systemNow());
    const platform = createPlatform({
      db,
      clock,
      wallClock: clock,
      node: held.node,
      role: settings.role,
      ...(link === undefined ? {} : { link }),
      openCityMap,
      ...(settings.osrmUrl === undefined
        ? {}
        : { outsideRoads: createOsrmRoads({ url: settings.osrmUrl, timeoutMs: OSRM_TIMEOUT_MS }) }),
      privateWebhooks: settings.privateWebhooks,
      ...(settings.stripe === undefined ? {} : { stripe: settings.stripe }),
      log,
    });
    closing.push(platform.close);
    await platform.startMarkets();
    const server = await startServer(settings, platform, log);
    closing.push(server.stop);
    log.info(
      { event: 'listening', url: server.url, docs: `${server.url}/docs`, role: settings.role },
      'listening',
    );
  } catch (error) {
    await close();
    throw error;
  }
  stopOnSignal(
    async () => {
      await close();
      log.info({ event: 'stopped' }, 'stopped');
    },
    {
      now: () => performance.now(),
      onStop: (signal) =>
        log.info({ event: 'stopping', signal }, 'finishing what runs; again to stop at once'),
      onError: (error) => log.fatal({ event: 'stop_failed', err: error }, 'could not stop cleanly'),
    },
  );
}
