import {
  access,
  chmod,
  chown,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type EpochMs, type Ticker, toRfc3339 } from '@halfhour/kernel';
import { type Backup, COPY_FOLDER, SUMS_FILE, listBackups, readBackup } from './backup.ts';
import { copyFile, forEachOf, listFiles, syncFolder } from './cluster-files.ts';
import { type Database, openDatabase, single } from './database.ts';
import {
  type Account,
  EmbeddedPostgresError,
  requireReachable,
  serverAccount,
  startEmbeddedPostgres,
} from './embedded.ts';
import { startRecoveryServer } from './recovery-server.ts';
import { type ArchiveReach, archiveFolder, readArchive, restoreCommand } from './wal-archive.ts';

export interface Restored {
  readonly backup: Backup;
  /** The moment of the last transaction in it. */
  readonly standsAt: EpochMs;
  /** What the archive holds beyond a gap, which this backup cannot reach; undefined where there is no gap. */
  readonly missingSegment: string | undefined;
}

export interface RestoreOptions {
  /** Folder of a backup, or of backups, of which the latest that ended before `at` is taken. */
  readonly source: string;
  readonly dataFolder: string;
  readonly at?: EpochMs | undefined;
  readonly ticker: Ticker;
  /** Where the programs of an ordinary server are looked for, as in `PATH`. */
  readonly searchPath: string;
  readonly check: (db: Database) => Promise<void>;
  /** Ends it; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** A day: a start has ended when the log is replayed, however much there is. */
const RECOVERY_SECONDS = 86_400;
const WIDTH = 4;
/** How often it is looked whether the recovery is over. */
const LOOK_MS = 100;
/** Everything happens in here, so that half a restore is never taken for a server's data. */
const WORK_FOLDER = 'restoring';

/**
 * Restores a base backup and the archived log beside it into an empty folder, to the state just before `at`: every
 * transaction that committed before that moment and none that committed after it; without `at`, all that was
 * archived. `check` sees the restored database before the folder gets its data; where it throws, there is none.
 * Throws EmbeddedPostgresError.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { at } = options;
  const dataFolder = resolve(options.dataFolder);
  const backup = await chooseBackup(options.source, at);
  const wal = archiveFolder(dirname(backup.folder));
  const reach = await readArchive(wal, backup.firstSegment, backup.segmentBytes);
  requireReach(backup, reach, at);
  await requireEmpty(dataFolder);
  const account = await serverAccount();
  await mkdir(dataFolder, { recursive: true });
  if (account !== undefined) await requireReachable(dataFolder, account.name);
  const work = join(dataFolder, WORK_FOLDER);
  try {
    await copyBack(backup, work, account, options.signal);
    const standsAt = await recover({ work, wal, backup, options });
    await putInPlace(work, dataFolder);
    return { backup, standsAt, missingSegment: reach.missing };
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function chooseBackup(source: string, at: EpochMs | undefined): Promise<Backup> {
  const one = await readBackup(source);
  if (one !== undefined) return one;
  const all = await listBackups(source).catch((error: unknown) => {
    throw new EmbeddedPostgresError(`${source} cannot be read: ${(error as Error).message}`);
  });
  if (all.length === 0) throw new EmbeddedPostgresError(`There is no backup in ${source}.`);
  return all.findLast(({ endedAt }) => at === undefined || endedAt <= at) ?? all[0]!;
}

/** What can be told before anything is copied. */
function requireReach(backup: Backup, reach: ArchiveReach, at: EpochMs | undefined): void {
  if (at === undefined) return;
  const until = Math.max(backup.endedAt, reach.until ?? 0) as EpochMs;
  if (at >= backup.endedAt && at <= until) return;
  const range =
    until === backup.endedAt
      ? `stands for ${toRfc3339(backup.endedAt)} alone: no log is archived beside it`
      : `reaches from ${toRfc3339(backup.endedAt)} to ${toRfc3339(until)}`;
  const gap = reach.missing === undefined ? '' : `, where the segment ${reach.missing} is missing`;
  const instead =
    at < backup.endedAt ? 'Take an earlier backup.' : 'Leave --at away for the latest that there is.';
  throw new EmbeddedPostgresError(
    `${toRfc3339(at)} cannot be restored: ${backup.folder} ${range}${gap}. ${instead}`,
  );
}

async function requireEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (found.length > 0) {
    throw new EmbeddedPostgresError(`${folder} is not empty. Give a new folder to restore into.`);
  }
}

/** Copies the backup and compares every file with the sum that was written when it was made. */
async function copyBack(
  backup: Backup,
  work: string,
  account: Account | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sums = new Map(
    (await readFile(join(backup.folder, SUMS_FILE), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const copy = join(backup.folder, COPY_FOLDER);
  await mkdir(work, { mode: 0o755 });
  await chmod(work, 0o755);
  const files: string[] = [];
  for await (const { path, kind } of listFiles(copy)) {
    if (kind === 'file') {
      files.push(path);
      continue;
    }
    await mkdir(join(work, path), { mode: 0o700 });
    if (account !== undefined) await chown(join(work, path), account.uid, account.gid);
  }
  const there = new Set(files.map((path) => `${COPY_FOLDER}/${path}`));
  const missing = [...sums.keys()].find((name) => !there.has(name));
  if (missing !== undefined) {
    throw new EmbeddedPostgresError(`${join(backup.folder, missing)} is missing. Take another backup.`);
  }
  await forEachOf(files, WIDTH, signal, async (path) => {
    const inCluster = path.startsWith('postgres/');
    // Postgres syncs all of it before it recovers.
    const owner = inCluster ? account : undefined;
    const copied = await copyFile(join(copy, path), join(work, path), { owner, sync: !inCluster, signal });
    const sum = sums.get(`${COPY_FOLDER}/${path}`);
    if (copied === undefined || copied.sha256 !== sum) {
      throw new EmbeddedPostgresError(
        `${join(copy, path)} is not as it was when the backup was made. Take another backup.`,
      );
    }
  });
}

/** Replays the log up to the moment, and leaves the server stopped. */
async function recover(about: {
  readonly work: string;
  readonly wal: string;
  readonly backup: Backup;
  readonly options: RestoreOptions;
}): Promise<EpochMs> {
  const { work, wal, backup, options } = about;
  const { at, ticker, searchPath, check, signal: aborted } = options;
  const hasArchive = await access(wal).then(
    () => true,
    () => false,
  );
  const signal = join(work, 'postgres', 'recovery.signal');
  await writeFile(signal, '');
  const account = await serverAccount();
  if (account !== undefined) await chown(signal, account.uid, account.gid);
  const failed = async (error: unknown): Promise<never> => {
    throw (await explainFailure(work, backup, at)) ?? error;
  };
  const settings = {
    restore_command: hasArchive ? restoreCommand(wal) : 'false',
    // Along the timeline of the backup: an archive holds no other.
    recovery_target_timeline: 'current',
    recovery_target_action: 'promote',
    ...(at === undefined ? {} : { recovery_target_time: targetTime(at), recovery_target_inclusive: 'off' }),
    // Nobody is let in before the end; and with it the limits on connections need not be those of the server.
    hot_standby: 'off',
    ...(platform() === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
  };
  const starting =
    backup.made === 'embedded'
      ? startEmbeddedPostgres({ folder: work, settings, startSeconds: RECOVERY_SECONDS })
      : startRecoveryServer({ ...backup, work, settings, startSeconds: RECOVERY_SECONDS, searchPath });
  const server = await starting.catch(failed);
  try {
    const db = openDatabase({ connection: server.connection, maxConnections: 2 });
    try {
      while (!(await isOpen(db))) {
        aborted?.throwIfAborted();
        if (!(await server.isRunning())) await failed(new EmbeddedPostgresError(await readLog(work)));
        await new Promise<void>((resolve) => ticker.after(LOOK_MS, resolve));
      }
      const { last } = single(
        await db.query<{ last: EpochMs | null }>(`select pg_last_xact_replay_timestamp() as last`),
      );
      await check(db);
      return last ?? backup.endedAt;
    } finally {
      await db.close();
    }
  } finally {
    await server.stop();
  }
}

/** Whether the recovery is over. A server that recovers, or has died, lets nobody in. */
async function isOpen(db: Database): Promise<boolean> {
  return db.query('select 1').then(
    () => true,
    () => false,
  );
}

function readLog(work: string): Promise<string> {
  return readFile(join(work, 'postgres', 'server.log'), 'utf8').catch(() => '');
}

/** As this setting wants it, which does not know `Z`. */
function targetTime(at: EpochMs): string {
  return toRfc3339(at).replace(/Z$/, '+00');
}

/** In words where the archive ends before the moment; Postgres tells the last transaction that it met. */
async function explainFailure(
  work: string,
  backup: Backup,
  at: EpochMs | undefined,
): Promise<EmbeddedPostgresError | undefined> {
  const log = await readLog(work);
  if (at === undefined || !log.includes('recovery ended before configured recovery target was reached')) {
    return undefined;
  }
  const [, day, time] = /last completed transaction was at log time (\S+) ([\d:.]+)\+00/.exec(log) ?? [];
  const last = day === undefined ? 'its end' : `${day}T${time}Z`;
  return new EmbeddedPostgresError(
    `${toRfc3339(at)} cannot be restored: ${backup.folder} and its archive reach from ${toRfc3339(backup.endedAt)} ` +
      `to ${last}, the last transaction in it. Give a moment in between, or leave --at away for all of it.`,
  );
}

/** The server's data last: where it is, the folder is whole. */
async function putInPlace(work: string, dataFolder: string): Promise<void> {
  const names = (await readdir(work)).filter((name) => name !== 'postgres');
  for (const name of [...names, 'postgres']) await rename(join(work, name), join(dataFolder, name));
  await rmdir(work);
  await syncFolder(dataFolder);
}
