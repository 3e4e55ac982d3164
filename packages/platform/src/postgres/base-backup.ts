import { chmod, chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '@halfhour/kernel';
import {
  type CopiedFile,
  type CopyOptions,
  copyFile,
  forEachOf,
  listCluster,
  writeNew,
} from './cluster-files.ts';
import { type Database, type Queryable, single } from './database.ts';
import { type Account, EmbeddedPostgresError } from './embedded.ts';
import { findBrokenPages, parseLsn, relationSegment } from './page-checksum.ts';
import { segmentAfter } from './wal-archive.ts';

export interface ClusterCopy {
  /** By the server's clock: the copy reaches any moment from `endedAt` on. */
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  /** The segments of the log without which the copy is worth nothing; they are part of it. */
  readonly firstSegment: string;
  readonly lastSegment: string;
  /** By path below the copy. */
  readonly files: ReadonlyMap<string, CopiedFile>;
  readonly segmentBytes: number;
  readonly serverVersion: number;
}

/** More do not go faster on one disk. */
const WIDTH = 4;

/**
 * Copies the data of a running server into `target`, a folder that does not exist yet, with the part of the log that
 * makes it consistent: what pg_basebackup does, by the low-level calls that it is made of. One session is held from
 * start to end. The server works on meanwhile; a replication slot keeps the log that is needed. Pages are checked
 * by their checksums on the way. Throws EmbeddedPostgresError where the server's data is damaged.
 *
 * @param data the server's data directory
 */
export async function copyCluster(
  db: Database,
  data: string,
  target: string,
  options: Omit<CopyOptions, 'look'>,
): Promise<ClusterCopy> {
  const session = await db.lease();
  try {
    return await copyIn(session.tx, data, target, options).catch(async (error: unknown) => {
      await endBackup(session.tx);
      throw error;
    });
  } finally {
    session.release();
  }
}

/** The session goes back to its pool: it must not stay in a backup that has failed, nor hold the log for it. */
async function endBackup(session: Queryable): Promise<void> {
  await session.query('select pg_backup_stop(false)').catch(() => undefined);
  await session
    .query(
      `select pg_drop_replication_slot(slot_name) from pg_replication_slots
       where temporary and active_pid = pg_backend_pid()`,
    )
    .catch(() => undefined);
}

/** Read last, and whole: the server writes it in place. */
const CONTROL = 'global/pg_control';

async function copyIn(
  session: Queryable,
  data: string,
  target: string,
  options: Omit<CopyOptions, 'look'>,
): Promise<ClusterCopy> {
  const { owner } = options;
  await requireOneDisk(session);
  const files = new Map<string, CopiedFile>();
  await makeFolder(target, owner);
  const before = single(
    await session.query<{ slot: string; started_at: EpochMs; version: number; checksums: boolean }>(
      `select slot_name as slot, clock_timestamp() as started_at,
         current_setting('server_version_num')::int as version,
         current_setting('data_checksums')::bool as checksums
       from pg_create_physical_replication_slot('halfhour_backup_' || pg_backend_pid(), true, true)`,
    ),
  );
  const start = single(
    await session.query<{ lsn: string; segment: string }>(
      `select lsn, pg_walfile_name(lsn) as segment from pg_backup_start('halfhour', true) as lsn`,
    ),
  );
  const startLsn = before.checksums ? parseLsn(start.lsn) : undefined;
  const listed: string[] = [];
  for await (const { path, kind } of listCluster(data)) {
    if (kind === 'folder') await makeFolder(join(target, path), owner);
    else if (path !== CONTROL) listed.push(path);
  }
  await forEachOf(listed, WIDTH, options.signal, async (path) => {
    const copied = await copyChecked(join(data, path), join(target, path), path, startLsn, options);
    if (copied !== undefined) files.set(path, copied);
  });
  const write = async (path: string, content: Buffer): Promise<void> => {
    files.set(path, await writeNew(join(target, path), options, (write) => write(content)));
  };
  await write(CONTROL, await readControl(join(data, CONTROL)));
  const stop = single(
    await session.query<{ last: string; label: string; segment_bytes: number; ended_at: EpochMs }>(
      `select pg_walfile_name(lsn) as last, labelfile as label, clock_timestamp() as ended_at,
         pg_size_bytes(current_setting('wal_segment_size'))::int as segment_bytes
       from pg_backup_stop(false)`,
    ),
  );
  await write('backup_label', Buffer.from(stop.label));
  for (let name = start.segment; ; name = segmentAfter(name, stop.segment_bytes)) {
    const path = `pg_wal/${name}`;
    const copied = await copyFile(join(data, path), join(target, path), options);
    if (copied?.bytes !== stop.segment_bytes) {
      throw new EmbeddedPostgresError(`The log segment ${name} went away during the backup. Try again.`);
    }
    files.set(path, copied);
    if (name === stop.last) break;
  }
  await session.query(`select pg_drop_replication_slot($1)`, [before.slot]);
  return {
    startedAt: before.started_at,
    endedAt: stop.ended_at,
    firstSegment: start.segment,
    lastSegment: stop.last,
    files,
    segmentBytes: stop.segment_bytes,
    serverVersion: before.version,
  };
}

/** The embedded server has no tablespaces; someone who made one has data where this does not look. */
async function requireOneDisk(session: Queryable): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `select spcname as name from pg_tablespace where spcname not in ('pg_default', 'pg_global')`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new EmbeddedPostgresError(
    `The server keeps data in other places (tablespace ${names}), which are not copied.`,
  );
}

async function makeFolder(path: string, owner: Account | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  await chmod(path, 0o700);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function copyChecked(
  from: string,
  to: string,
  path: string,
  startLsn: bigint | undefined,
  options: CopyOptions,
): Promise<CopiedFile | undefined> {
  const segment = relationSegment(path);
  if (segment === undefined || startLsn === undefined) return copyFile(from, to, options);
  const look: CopyOptions['look'] = async (bytes, offset, source) => {
    const broken = await findBrokenPages(bytes, offset, segment, startLsn, source);
    if (broken.length === 0) return;
    throw new EmbeddedPostgresError(
      `The database is damaged: the checksum of page ${broken[0]} of ${from} does not match, so no backup of it is made. ` +
        'Keep the earlier backups and restore from the latest of them; look into the disk and the memory of this machine.',
    );
  };
  return copyFile(from, to, { ...options, look });
}

/** Two reads that agree did not meet a write between them. */
async function readControl(path: string): Promise<Buffer> {
  for (let tries = 0; tries < 100; tries++) {
    const [first, second] = [await readFile(path), await readFile(path)];
    if (first.equals(second)) return first;
  }
  throw new EmbeddedPostgresError(`${path} does not stand still.`);
}
