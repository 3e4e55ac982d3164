import { randomBytes } from 'node:crypto';
import {
  type Clock,
  type IdSource,
  ScaledClock,
  createIdSource,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import { type Identity, type SecretSource, createIdentity } from '@halfhour/platform/identity';
import { type MarketRecord, selectMarkets } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { closeAll } from '../close-all.ts';
import { migrateDatabase, openBesideServer, startDatabase } from '../database.ts';
import { createLog } from '../log.ts';
import { takeNodeNumber } from '../node-number.ts';
import { Refusal } from '../refusal.ts';
import { type CommandOptions, type Settings, readSettings } from '../settings.ts';

/** What a command that changes something and ends works with. */
export interface SetUp {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly identity: Identity;
  readonly secrets: SecretSource;
  readonly settings: Settings;
}

/**
 * Runs a command on the database that `serve` with the same settings uses, whether it is running or not: beside a
 * server on its embedded Postgres, else on one that is started for the moment. Brings the schema to the newest
 * version first. Throws Refusal.
 */
export async function onDatabase(
  options: CommandOptions,
  run: (setUp: SetUp) => Promise<string>,
): Promise<void> {
  const settings = readSettings(options, { HALFHOUR_LOG_LEVEL: 'warn', ...process.env });
  const log = createLog({ level: settings.logLevel });
  const closing: (() => Promise<void>)[] = [];
  try {
    const beside = await openBesideServer(settings, log);
    const { db, close } = beside ?? (await startDatabase(settings, log));
    closing.push(close);
    await migrateDatabase(db, log);
    const alone = settings.databaseUrl === undefined && beside === undefined;
    // A number of its own, also where the servers have theirs from HALFHOUR_NODE.
    const held = await takeNodeNumber(db, { node: undefined, alone }, log);
    closing.push(held.release);
    const clock = new ScaledClock(systemTicker, systemNow());
    const ids = createIdSource(systemNow, held.node);
    const secrets = { bytes: randomBytes };
    const identity = createIdentity({ db, clock, ids, secrets });
    process.stdout.write(await run({ db, clock, ids, identity, secrets, settings }));
  } finally {
    await closeAll(closing);
  }
}

/** The market with this slug or id. Throws Refusal with those that are there. */
export async function requireMarket(db: Database, name: string): Promise<MarketRecord> {
  const markets = await selectMarkets(db);
  const found = markets.find((market) => market.slug === name || market.id === name);
  if (found !== undefined) return found;
  const there =
    markets.length === 0
      ? 'There are none yet: make one with `halfhour market create`.'
      : `There is: ${markets.map((market) => market.slug).join(', ')}.`;
  throw new Refusal(`There is no market "${name}". ${there}`);
}
