import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type EpochMs, addMs, fromRfc3339, toRfc3339 } from '@halfhour/kernel';
import { copyCluster } from './base-backup.ts';
import { type CopiedFile, copyFile, syncFolder, writeNew } from './cluster-files.ts';
import { type Database, single } from './database.ts';
import { EmbeddedPostgresError } from './embedded.ts';
import { ARCHIVE_SETTING, archiveFolder, pruneArchive } from './wal-archive.ts';

/** A base backup as it lies in its folder. */
export interface Backup {
  /** `backups/2026-11-23T12-00-00.000Z` */
  readonly folder: string;
  readonly startedAt: EpochMs;
  /** The earliest moment that it can be restored to. */
  readonly endedAt: EpochMs;
  readonly firstSegment: string;
  readonly lastSegment: string;
  readonly segmentBytes: number;
  /** Of the server, such as 18. */
  readonly major: number;
  readonly bytes: number;
  /** Whose copy it is: the embedded server's data folder, or the data directory of another server by pg_basebackup. */
  readonly made: 'embedded' | 'pg_basebackup';
  /** As whom its database can be opened. */
  readonly database: string;
  readonly user: string;
}

/** In the folder of a backup: what it is, its files' sums as `sha256sum --check` reads them, and the copy. */
const ABOUT_FILE = 'backup.json';
export const SUMS_FILE = 'SHA256SUMS';
export const COPY_FOLDER = 'data';

const SYNCED = { sync: true };

/** What else lies in a data folder and belongs to the market: the demo's clock and cast, but no process number. */
const BELONGS = /^[^.].*\.json$/;

/**
 * Makes a base backup of the embedded server that runs in `dataFolder`, in a folder of its own below `backups`: the
 * data as `copyCluster` takes it, and the other files of the data folder. It appears under its name when it is whole
 * and on the disk. Throws EmbeddedPostgresError.
 *
 * @param db one connection is enough
 */
export async function makeBackup(
  db: Database,
  dataFolder: string,
  backups: string,
  signal?: AbortSignal,
): Promise<Backup> {
  const root = resolve(backups);
  const begun = single(
    await db.query<{ now: EpochMs; database: string; user: string }>(
      `select clock_timestamp() as now, current_database() as database, current_user as user`,
    ),
  );
  const folder = join(root, folderName(begun.now));
  const partial = `${folder}.partial`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const copy = join(partial, COPY_FOLDER);
    await mkdir(copy, { mode: 0o700 });
    const cluster = await copyCluster(db, join(dataFolder, 'postgres'), join(copy, 'postgres'), {
      sync: true,
      signal,
    });
    const files = new Map<string, CopiedFile>();
    for (const [path, file] of cluster.files) files.set(`${COPY_FOLDER}/postgres/${path}`, file);
    for (const name of (await readdir(dataFolder)).filter((name) => BELONGS.test(name))) {
      const copied = await copyFile(join(dataFolder, name), join(copy, name), SYNCED);
      if (copied !== undefined) files.set(`${COPY_FOLDER}/${name}`, copied);
    }
    const backup: Backup = {
      folder,
      startedAt: cluster.startedAt,
      endedAt: momentAfter(cluster.endedAt),
      firstSegment: cluster.firstSegment,
      lastSegment: cluster.lastSegment,
      segmentBytes: cluster.segmentBytes,
      major: Math.floor(cluster.serverVersion / 10_000),
      bytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0),
      made: 'embedded',
      database: begun.database,
      user: begun.user,
    };
    await writeSums(partial, files);
    await finishBackup(partial, backup);
    return backup;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** What the server says is in microseconds, cut off: the next whole millisecond is safely after it. */
export function momentAfter(serverTime: EpochMs): EpochMs {
  return addMs(serverTime, 1);
}

/** @param files by path below the folder */
export async function writeSums(partial: string, files: ReadonlyMap<string, CopiedFile>): Promise<void> {
  const sums = [...files].map(([path, { sha256 }]) => `${sha256}  ${path}\n`).join('');
  await writeNew(join(partial, SUMS_FILE), SYNCED, (write) => write(Buffer.from(sums)));
}

/** Writes what the backup is and gives it its name. */
export async function finishBackup(partial: string, backup: Backup): Promise<void> {
  const { folder, startedAt, endedAt, ...rest } = backup;
  const about = { startedAt: toRfc3339(startedAt), endedAt: toRfc3339(endedAt), ...rest };
  await writeNew(join(partial, ABOUT_FILE), SYNCED, (write) =>
    write(Buffer.from(`${JSON.stringify(about, undefined, 2)}\n`)),
  );
  await syncFolder(partial);
  await rename(partial, folder);
  await syncFolder(join(folder, '..'));
}

export function folderName(moment: EpochMs): string {
  return toRfc3339(moment).replaceAll(':', '-');
}

/** The backup of a folder, undefined where it is none. Throws where its description cannot be read. */
export async function readBackup(folder: string): Promise<Backup | undefined> {
  const path = join(resolve(folder), ABOUT_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const about = JSON.parse(text) as Omit<Backup, 'folder' | 'startedAt' | 'endedAt'> & {
    startedAt: string;
    endedAt: string;
  };
  return {
    ...about,
    folder: resolve(folder),
    startedAt: momentOf(about.startedAt, path),
    endedAt: momentOf(about.endedAt, path),
  };
}

function momentOf(text: string, path: string): EpochMs {
  const moment = fromRfc3339(text);
  if (moment === undefined) throw new EmbeddedPostgresError(`${path} has no readable moment: ${text}`);
  return moment;
}

/** The backups below a folder, the oldest first. Those that were cut off are not among them. */
export async function listBackups(backups: string): Promise<Backup[]> {
  const entries = await readdir(backups, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith('.partial'));
  const found = await Promise.all(folders.map(({ name }) => readBackup(join(backups, name))));
  return found.filter((backup) => backup !== undefined).sort((a, b) => a.endedAt - b.endedAt);
}

/** Removes all but the newest `keep` backups, and the part of the archive that only they needed. */
export async function pruneBackups(
  backups: string,
  keep: number,
): Promise<{ readonly backups: number; readonly segments: number }> {
  const all = await listBackups(backups);
  const kept = all.slice(-keep);
  for (const { folder } of all.slice(0, -keep)) await rm(folder, { recursive: true });
  const oldest = kept[0];
  const segments = oldest === undefined ? 0 : await pruneArchive(archiveFolder(backups), oldest.firstSegment);
  return { backups: all.length - kept.length, segments };
}

/** Whether and how well a running server archives. */
export interface ArchiveState {
  /** The backups folder that it archives into, undefined where it does not. */
  readonly backups: string | undefined;
  /** The segment that could not be archived last, where that is not mended. */
  readonly failed: string | undefined;
}

export async function readArchiveState(db: Database): Promise<ArchiveState> {
  const row = single(
    await db.query<{ backups: string | null; failed: string | null }>(
      `select case when current_setting('archive_mode') <> 'off' then current_setting($1, true) end as backups,
         case when last_failed_time > coalesce(last_archived_time, '-infinity') then last_failed_wal end as failed
       from pg_stat_archiver`,
      [ARCHIVE_SETTING],
    ),
  );
  return { backups: row.backups ?? undefined, failed: row.failed ?? undefined };
}
