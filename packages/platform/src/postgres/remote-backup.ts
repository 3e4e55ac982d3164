import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { EpochMs } from '@halfhour/kernel';
import { type Backup, COPY_FOLDER, finishBackup, folderName, momentAfter, writeSums } from './backup.ts';
import { type CopiedFile, hashFile, listFiles } from './cluster-files.ts';
import { type Database, openDatabase, single } from './database.ts';
import { EmbeddedPostgresError } from './embedded.ts';
import { type PostgresTool, findTools } from './postgres-tools.ts';
import { isSegment } from './wal-archive.ts';

const run = promisify(execFile);

/**
 * Makes a base backup of any server that takes replication connections, with Postgres's own pg_basebackup, in the same
 * layout as `makeBackup`. Throws EmbeddedPostgresError where the program is not there or the server does not let it.
 *
 * @param searchPath where programs are looked for, beside the folders of packages
 */
export async function makeRemoteBackup(
  databaseUrl: string,
  backups: string,
  searchPath: string,
  signal?: AbortSignal,
): Promise<Backup> {
  const db = openDatabase({ connection: databaseUrl, maxConnections: 1 });
  try {
    const server = single(
      await db.query<{ now: EpochMs; version: number; segment_bytes: number; user: string; name: string }>(
        `select clock_timestamp() as now, current_setting('server_version_num')::int as version,
           pg_size_bytes(current_setting('wal_segment_size'))::int as segment_bytes,
           current_user as user, current_database() as name`,
      ),
    );
    const major = Math.floor(server.version / 10_000);
    const tool = await requireBaseBackup(major, searchPath);
    const folder = join(resolve(backups), folderName(server.now));
    const partial = `${folder}.partial`;
    await mkdir(join(partial, COPY_FOLDER), { recursive: true, mode: 0o700 });
    try {
      const copy = join(partial, COPY_FOLDER, 'postgres');
      await runBaseBackup(tool, databaseUrl, copy, signal);
      const endedAt = momentAfter(await readClock(db));
      const files = await hashFiles(partial);
      await writeSums(partial, files);
      const segments = (await readdir(join(copy, 'pg_wal'))).filter(isSegment).sort();
      const backup: Backup = {
        folder,
        startedAt: server.now,
        endedAt,
        firstSegment: await firstSegmentOf(copy),
        lastSegment: segments.at(-1)!,
        segmentBytes: server.segment_bytes,
        major,
        bytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0),
        made: 'pg_basebackup',
        database: server.name,
        user: server.user,
      };
      await finishBackup(partial, backup);
      return backup;
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await db.close();
  }
}

/** Of the server's version, or the next newer one: pg_basebackup refuses servers newer than itself. */
export async function requireBaseBackup(major: number, searchPath: string): Promise<PostgresTool> {
  const tools = await findTools('pg_basebackup', searchPath);
  const tool = tools.find((each) => each.major >= major);
  if (tool !== undefined) return tool;
  const found =
    tools.length === 0
      ? 'there is none'
      : `there is only that of ${tools.map((each) => each.major).join(', ')}, which refuses a newer server`;
  throw new EmbeddedPostgresError(
    `A backup of Postgres ${major} needs its pg_basebackup, and ${found}. Install it (Debian: apt-get install postgresql-client-${major}) or run this where the server is.`,
  );
}

async function runBaseBackup(
  tool: PostgresTool,
  databaseUrl: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { url, password } = splitPassword(databaseUrl);
  try {
    await run(
      tool.path,
      [
        `--dbname=${url}`,
        `--pgdata=${target}`,
        '--format=plain',
        '--wal-method=stream',
        '--checkpoint=fast',
        '--no-password',
      ],
      {
        // What other users of this machine can see of a process is its arguments, and not its environment.
        env: {
          PATH: '/usr/bin:/bin',
          LC_ALL: 'C',
          ...(password === undefined ? {} : { PGPASSWORD: password }),
        },
        ...(signal === undefined ? {} : { signal }),
      },
    );
  } catch (error) {
    signal?.throwIfAborted();
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim();
    throw new EmbeddedPostgresError(
      `pg_basebackup could not copy the server.\n${said}\n${hintFor(said)}`.trimEnd(),
    );
  }
}

function hintFor(said: string): string {
  if (/pg_hba\.conf/.test(said)) {
    return 'Let it in: a line such as "host replication USER ADDRESS/32 scram-sha-256" in the server’s pg_hba.conf, then select pg_reload_conf().';
  }
  if (/permission denied|must be superuser or replication role/.test(said)) {
    return 'The user of DATABASE_URL needs the right to copy the server: alter role USER replication.';
  }
  if (/max_wal_senders|wal_level/.test(said)) {
    return 'The server needs wal_level = replica and two more max_wal_senders.';
  }
  return '';
}

/** `postgres://user:password@host/database` without its password. */
export function splitPassword(databaseUrl: string): { url: string; password: string | undefined } {
  const found = /^(\w+:\/\/[^:/?#@]*):([^@/?#]*)@(.*)$/s.exec(databaseUrl);
  if (found === null) return { url: databaseUrl, password: undefined };
  return { url: `${found[1]}@${found[3]}`, password: decodeURIComponent(found[2]!) };
}

async function readClock(db: Database): Promise<EpochMs> {
  return single(await db.query<{ now: EpochMs }>(`select clock_timestamp() as now`)).now;
}

async function hashFiles(partial: string): Promise<Map<string, CopiedFile>> {
  const files = new Map<string, CopiedFile>();
  for await (const { path, kind } of listFiles(join(partial, COPY_FOLDER))) {
    if (kind === 'folder') continue;
    const name = `${COPY_FOLDER}/${path}`;
    const file = join(partial, name);
    files.set(name, { bytes: (await stat(file)).size, sha256: await hashFile(file) });
  }
  return files;
}

async function firstSegmentOf(copy: string): Promise<string> {
  const label = await readFile(join(copy, 'backup_label'), 'utf8');
  const [, segment] = /^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)$/m.exec(label) ?? [];
  if (segment === undefined) throw new EmbeddedPostgresError(`${copy}/backup_label names no log segment.`);
  return segment;
}
