import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import {
  type Clock,
  type IdSource,
  ScaledClock,
  createIdSource,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import { type Identity, createIdentity, createIdentityRoutes } from '@halfhour/platform/identity';
import { createLedgerRoutes } from '@halfhour/platform/ledger';
import { type Database, migrate, openDatabase, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import { takeDataFolder } from './data-folder.ts';
import type { ModuleHandlers } from './http/bind-routes.ts';
import type { GaugeSource } from './http/metrics.ts';
import type { ReadinessChecks } from './http/operations.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** The platform over its database, ready to be served. */
export interface Platform {
  readonly db: Database;
  /** The wall's. */
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly identity: Identity;
  readonly handlers: Partial<ModuleHandlers>;
  readonly checks: ReadinessChecks;
  readonly gauges: readonly GaugeSource[];
  /** Lets what has been taken be finished, then stops Postgres and frees the data folder. */
  close(): Promise<void>;
}

const MODULES_FOLDER = fileURLToPath(new URL('..', import.meta.resolve('@halfhour/platform/postgres')));

/** Opens or starts Postgres, brings it to the newest schema and composes the modules. Throws Refusal. */
export async function startPlatform(
  settings: Pick<Settings, 'dataFolder' | 'databaseUrl' | 'databaseConnections' | 'node'>,
  log: Logger,
): Promise<Platform> {
  const { db, close } = await openPostgres(settings, log);
  try {
    await requirePostgres(db);
    const migrated = await migrate(db, MODULES_FOLDER);
    if (!migrated.ok) {
      const { error } = migrated;
      const failed = error.code === 'migration_failed' ? `The migration ${error.migration} failed: ` : '';
      throw new Refusal(failed + error.message);
    }
    log.info({ event: 'migrated', applied: migrated.value }, 'database is at the newest schema');
  } catch (error) {
    await close();
    throw error;
  }
  const clock = new ScaledClock(systemTicker, systemNow());
  const ids = createIdSource(systemNow, settings.node);
  const identity = createIdentity({ db, clock, ids, secrets: { bytes: randomBytes } });
  return {
    db,
    clock,
    ids,
    identity,
    handlers: { ...createIdentityRoutes(identity), ...createLedgerRoutes(db) },
    checks: { postgres: async () => (await db.query('select 1 as one')).length === 1 },
    gauges: [
      {
        name: 'halfhour_database_connections',
        help: 'Connections of the pool',
        labelNames: ['state'],
        read: () => [
          { labels: { state: 'idle' }, value: db.pool.idleCount },
          { labels: { state: 'busy' }, value: db.pool.totalCount - db.pool.idleCount },
        ],
      },
      {
        name: 'halfhour_database_waiting',
        help: 'Statements that wait for a connection',
        read: () => [{ value: db.pool.waitingCount }],
      },
    ],
    close,
  };
}

/** 15 has everything that the statements use, and is what Debian 12 brings. */
const OLDEST = 15;

async function requirePostgres(db: Database): Promise<void> {
  const rows = await db
    .query<{ number: string }>(`select current_setting('server_version_num') as number`)
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Refusal(`Postgres cannot be reached: ${reason}. Check DATABASE_URL.`);
    });
  const version = Math.floor(Number(rows[0]!.number) / 10_000);
  if (version < OLDEST) throw new Refusal(`Postgres ${OLDEST} or newer is needed; this is ${version}.`);
}

async function openPostgres(
  settings: Pick<Settings, 'dataFolder' | 'databaseUrl' | 'databaseConnections'>,
  log: Logger,
): Promise<{ db: Database; close: () => Promise<void> }> {
  const open = (connection: Parameters<typeof openDatabase>[0]['connection']): Database =>
    openDatabase({
      connection,
      maxConnections: settings.databaseConnections,
      onIdleError: (error) => log.warn({ event: 'connection_lost', err: error }, 'idle connection lost'),
    });
  if (settings.databaseUrl !== undefined) {
    const db = open(settings.databaseUrl);
    return { db, close: () => db.close() };
  }
  const folder = await takeDataFolder(settings.dataFolder);
  try {
    const postgres = await startEmbeddedPostgres({ folder: folder.path });
    log.info({ event: 'postgres_started', folder: folder.path }, 'embedded Postgres is up');
    const db = open(postgres.connection);
    return {
      db,
      async close() {
        await db.close();
        await postgres.stop();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
