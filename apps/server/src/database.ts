import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import {
  type Database,
  type DatabaseOptions,
  claimArchive,
  connectionOf,
  findArchive,
  migrate,
  openDatabase,
  prepareArchive,
  startEmbeddedPostgres,
} from '@halfhour/platform/postgres';
import { closeAll } from './close-all.ts';
import { holderOf, takeDataFolder } from './data-folder.ts';
import { keepPostgres } from './keep-postgres.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { watchArchive } from './watch-archive.ts';

export interface RunningDatabase {
  readonly db: Database;
  /** Closes the connections, stops an embedded Postgres and frees its folder. */
  close(): Promise<void>;
}

type DatabaseSettings = Pick<
  Settings,
  'dataFolder' | 'backupsFolder' | 'databaseUrl' | 'databaseConnections'
>;

export const MODULES_FOLDER = fileURLToPath(
  new URL('..', import.meta.resolve('@halfhour/platform/postgres')),
);

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

/**
 * Where the server of a data folder archives: where it is told to, or else where it did so last, whoever starts it, since
 * what is not archived once is a gap that no restore gets over. `none` ends it.
 */
export async function archiveOf(
  dataFolder: string,
  given: Settings['backupsFolder'],
): Promise<string | undefined> {
  return given === 'none' ? undefined : (given ?? (await findArchive(dataFolder)));
}

async function openPostgres(settings: DatabaseSettings, log: Logger): Promise<RunningDatabase> {
  const { backupsFolder: given } = settings;
  if (settings.databaseUrl !== undefined) {
    if (given !== undefined && given !== 'none') {
      throw new Refusal(
        'HALFHOUR_BACKUPS is where the embedded Postgres archives. The server of DATABASE_URL archives by its own settings: see docs/backup.md.',
      );
    }
    const db = openPool(settings.databaseUrl, settings, log);
    return { db, close: () => db.close() };
  }
  const folder = await takeDataFolder(settings.dataFolder);
  try {
    const backupsFolder = await archiveOf(folder.path, given);
    const archive = backupsFolder === undefined ? {} : await prepareArchive(backupsFolder, folder.path);
    const postgres = await startEmbeddedPostgres({ folder: folder.path, settings: archive });
    log.info({ event: 'postgres_started', folder: folder.path }, 'embedded Postgres is up');
    const db = openPool(postgres.connection, settings, log);
    const letDie = keepPostgres(postgres, log);
    const closing = [folder.release, () => postgres.stop(), () => db.close(), letDie];
    if (backupsFolder !== undefined) {
      await claimArchive(backupsFolder, folder.path);
      closing.push(await watchArchive(db, backupsFolder, log));
    }
    return { db, close: () => closeAll(closing) };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
