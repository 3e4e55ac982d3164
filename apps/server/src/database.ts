import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import {
  type Database,
  type DatabaseOptions,
  connectionOf,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '@halfhour/platform/postgres';
import { closeAll } from './close-all.ts';
import { holderOf, takeDataFolder } from './data-folder.ts';
import { keepPostgres } from './keep-postgres.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

export interface RunningDatabase {
  readonly db: Database;
  /** Closes the connections, stops an embedded Postgres and frees its folder. */
  close(): Promise<void>;
}

type DatabaseSettings = Pick<Settings, 'dataFolder' | 'databaseUrl' | 'databaseConnections'>;

const MODULES_FOLDER = fileURLToPath(new URL('..', import.meta.resolve('@halfhour/platform/postgres')));

/** Opens the Postgres of `databaseUrl`, or starts the embedded one. Throws Refusal. */
export async function startDatabase(settings: DatabaseSettings, log: Logger): Promise<RunningDatabase> {
  const running = await openPostgres(settings, log);
  try {
    await requirePostgres(running.db);
    return running;
  } catch (error) {
    await running.close();
    throw error;
  }
}

/**
 * Opens the embedded Postgres of a server that is running on the data folder, beside it; undefined where none runs
 * there, or where `databaseUrl` names another Postgres.
 */
export async function openBesideServer(
  settings: DatabaseSettings,
  log: Logger,
): Promise<RunningDatabase | undefined> {
  if (settings.databaseUrl !== undefined || (await holderOf(settings.dataFolder)) === undefined)
    return undefined;
  const connection = await connectionOf(settings.dataFolder);
  if (connection === undefined) return undefined;
  const db = openPool(connection, settings, log);
  try {
    await requirePostgres(db);
    return { db, close: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Brings the database to the newest schema. Throws Refusal where it is newer than this program. */
export async function migrateDatabase(db: Database, log: Logger): Promise<void> {
  const migrated = await migrate(db, MODULES_FOLDER);
  if (!migrated.ok) {
    const { error } = migrated;
    const failed = error.code === 'migration_failed' ? `The migration ${error.migration} failed: ` : '';
    throw new Refusal(failed + error.message);
  }
  log.info({ event: 'migrated', applied: migrated.value }, 'database is at the newest schema');
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

function openPool(
  connection: DatabaseOptions['connection'],
  settings: DatabaseSettings,
  log: Logger,
): Database {
  return openDatabase({
    connection,
    maxConnections: settings.databaseConnections,
    onIdleError: (error) => log.warn({ event: 'connection_lost', err: error }, 'idle connection lost'),
  });
}

async function openPostgres(settings: DatabaseSettings, log: Logger): Promise<RunningDatabase> {
  if (settings.databaseUrl !== undefined) {
    const db = openPool(settings.databaseUrl, settings, log);
    return { db, close: () => db.close() };
  }
  const folder = await takeDataFolder(settings.dataFolder);
  try {
    const postgres = await startEmbeddedPostgres({ folder: folder.path });
    log.info({ event: 'postgres_started', folder: folder.path }, 'embedded Postgres is up');
    const db = openPool(postgres.connection, settings, log);
    const letDie = keepPostgres(postgres, log);
    return {
      db,
      close: () => closeAll([folder.release, () => postgres.stop(), () => db.close(), letDie]),
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
