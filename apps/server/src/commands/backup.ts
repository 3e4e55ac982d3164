import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { toRfc3339 } from '@halfhour/kernel';
import {
  type Backup,
  type Database,
  claimArchive,
  connectionOf,
  makeBackup,
  makeRemoteBackup,
  openDatabase,
  prepareArchive,
  pruneBackups,
  readArchiveState,
  startEmbeddedPostgres,
} from '@halfhour/platform/postgres';
import { archiveOf } from '../database.ts';
import { type DataFolder, takeDataFolder } from '../data-folder.ts';
import { Refusal } from '../refusal.ts';
import { readSettings } from '../settings.ts';
import { untilSignal } from '../until-signal.ts';

interface BackupOptions {
  readonly data?: string;
  readonly to?: string;
  readonly keep?: string;
}

/** `halfhour backup`: a base backup of a database that runs or is stopped. */
export function register(program: Command): void {
  program
    .command('backup')
    .description('make a base backup; with the archive of "serve --backups" it restores to any later moment')
    .option('--data <folder>', 'folder of the embedded Postgres (.halfhour), whether it runs or not')
    .option('--to <folder>', 'folder of the backups (HALFHOUR_BACKUPS, or where the server archives)')
    .option(
      '--keep <n>',
      'remove all but the newest n backups afterwards, and the archive that only they need',
    )
    .action(backup);
}

async function backup(options: BackupOptions): Promise<void> {
  const keep = options.keep === undefined ? undefined : Number(options.keep);
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1)) {
    throw new Refusal('--keep must be a whole number from 1.');
  }
  const settings = readSettings(options.data === undefined ? {} : { data: options.data }, process.env);
  const started = performance.now();
  const places = {
    to: options.to === undefined ? undefined : resolve(options.to),
    backups: settings.backupsFolder,
  };
  const { databaseUrl, dataFolder } = settings;
  const { made, folder, archive } = await untilSignal((signal) =>
    databaseUrl === undefined || options.data !== undefined
      ? backUpEmbedded(dataFolder, { ...places, signal })
      : backUpRemote(databaseUrl, { ...places, signal }),
  );
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(signOf(made, seconds, folder, archive));
  if (keep !== undefined) {
    const removed = await pruneBackups(folder, keep);
    process.stdout.write(`  Removed  ${removed.backups} backups, ${removed.segments} log segments\n`);
  }
}

interface Made {
  readonly made: Backup;
  readonly folder: string;
  /** Where the server archives, and whether that fails now; undefined where it does not. */
  readonly archive: { readonly folder: string; readonly failed: string | undefined } | undefined;
}

interface Places {
  readonly to: string | undefined;
  readonly backups: string | undefined;
  readonly signal: AbortSignal;
}

function folderOf({ backups }: Places): string | undefined {
  return backups === 'none' ? undefined : backups;
}

async function backUpEmbedded(dataFolder: string, places: Places): Promise<Made> {
  const isThere = await access(join(dataFolder, 'postgres', 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new Refusal(`${dataFolder} holds no data. Name the folder with --data.`);
  let held: DataFolder;
  try {
    held = await takeDataFolder(dataFolder);
  } catch (error) {
    const connection = error instanceof Refusal ? await connectionOf(dataFolder) : undefined;
    if (connection === undefined) throw error;
    return withDatabase(connection, (db) => backUp(db, dataFolder, places));
  }
  try {
    // A server that archives must go on to do so, or its archive gets a gap.
    const archive = await archiveOf(dataFolder, places.backups);
    const server = await startEmbeddedPostgres({
      folder: dataFolder,
      settings: archive === undefined ? {} : await prepareArchive(archive, dataFolder),
    });
    try {
      if (archive !== undefined) await claimArchive(archive, dataFolder);
      return await withDatabase(server.connection, (db) => backUp(db, dataFolder, places));
    } finally {
      await server.stop();
    }
  } finally {
    await held.release();
  }
}

/** A server with its own files, perhaps on another machine, and its own way to archive. */
async function backUpRemote(databaseUrl: string, places: Places): Promise<Made> {
  const folder = places.to ?? folderOf(places);
  if (folder === undefined) throw new Refusal('Say where to with --to or HALFHOUR_BACKUPS.');
  const made = await makeRemoteBackup(databaseUrl, folder, process.env['PATH'] ?? '', places.signal);
  return { made, folder, archive: undefined };
}

async function withDatabase<T>(
  connection: Parameters<typeof openDatabase>[0]['connection'],
  use: (db: Database) => Promise<T>,
): Promise<T> {
  const db = openDatabase({ connection, maxConnections: 1 });
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

async function backUp(db: Database, dataFolder: string, places: Places): Promise<Made> {
  const { backups } = await readArchiveState(db);
  const folder = places.to ?? backups ?? folderOf(places) ?? join(dataFolder, 'backups');
  const made = await makeBackup(db, dataFolder, folder, places.signal);
  const { failed } = await readArchiveState(db);
  return { made, folder, archive: backups === undefined ? undefined : { folder: backups, failed } };
}

function signOf(made: Backup, seconds: number, folder: string, archive: Made['archive']): string {
  const megabytes = made.bytes / 1_000_000;
  const speed = (megabytes / seconds).toFixed(0);
  const lines = [
    ['Backup', made.folder],
    ['Size', `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s (${speed} MB/s)`],
    ['Reaches', reachOf(made, folder, archive)],
    ['Restore', `npx halfhour restore ${made.folder} --data NEW-FOLDER [--at MOMENT]`],
    ['Check', `cd ${made.folder} && sha256sum --check --quiet SHA256SUMS`],
  ];
  if (archive?.failed !== undefined) {
    lines.push([
      'Warning',
      `the server cannot archive ${archive.failed} into ${archive.folder}: see its server.log`,
    ]);
  }
  return lines.map(([name, value]) => `  ${name!.padEnd(8)} ${value}\n`).join('');
}

function reachOf({ endedAt, made }: Backup, folder: string, archive: Made['archive']): string {
  const from = toRfc3339(endedAt);
  if (made === 'pg_basebackup') {
    return `from ${from} on, as far as the server archives its log into ${join(folder, 'wal')} (see docs/backup.md)`;
  }
  if (archive === undefined) {
    return `${from} alone: the server does not archive its log; start it with --backups ${folder} to reach later moments`;
  }
  if (archive.folder !== folder) {
    return `${from} alone: the server archives its log into ${archive.folder}, not here`;
  }
  return `from ${from} on, up to about a minute before the present`;
}
