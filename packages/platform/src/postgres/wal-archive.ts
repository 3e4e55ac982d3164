import { chmod, chown, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join, resolve } from 'node:path';
import { type EpochMs, epochMs } from '@halfhour/kernel';
import { EmbeddedPostgresError, requireReachable, serverAccount } from './embedded.ts';

/** A backups folder holds the base backups, a folder each, and the archive of the write-ahead log beside them. */
const WAL_FOLDER = 'wal';
/** Says whose archive it is. */
const OWNER_FILE = 'archive.json';
/** Bytes of a log segment, unless a server was made with another size. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** How much may be lost with the disk of a server that writes little. */
const ARCHIVE_TIMEOUT_SECONDS = 60;
/** The server setting that tells `halfhour backup` where a running server archives. */
export const ARCHIVE_SETTING = 'halfhour.backups';

/**
 * Prepares a backups folder for the continuous archive of the embedded server in `dataFolder`, and gives the
 * settings to start it with. An archive belongs to one server on one timeline: a server that was restored, or a
 * standby that was promoted, begins another, so that no restore has to guess which future is meant. Throws
 * EmbeddedPostgresError.
 */
export async function prepareArchive(backups: string, dataFolder: string): Promise<Record<string, string>> {
  const folder = resolve(backups);
  if (/[\n\r]/.test(folder)) throw new EmbeddedPostgresError('A backups folder has a name of one line.');
  const account = await serverAccount();
  await mkdir(folder, { recursive: true });
  if (account !== undefined) await requireReachable(folder, account.name);
  const wal = archiveFolder(folder);
  await mkdir(wal, { recursive: true, mode: 0o700 });
  await chmod(wal, 0o700);
  if (account !== undefined) await chown(wal, account.uid, account.gid);
  await requireOwnArchive(folder, dataFolder);
  return {
    archive_mode: 'on',
    archive_command: archiveCommand(wal),
    archive_timeout: String(ARCHIVE_TIMEOUT_SECONDS),
    [ARCHIVE_SETTING]: folder,
  };
}

/** Writes down whose archive it is, once the server has been made. Throws EmbeddedPostgresError where it is another's. */
export async function claimArchive(backups: string, dataFolder: string): Promise<void> {
  await requireOwnArchive(resolve(backups), dataFolder);
  const server = await readIdentity(dataFolder);
  await writeFile(join(resolve(backups), OWNER_FILE), `${JSON.stringify(server)}\n`);
}

/** Where the server of a data folder archived when it was started last; undefined where it did not. */
export async function findArchive(dataFolder: string): Promise<string | undefined> {
  const settings = await readFile(join(dataFolder, 'postgres', 'postgresql.auto.conf'), 'utf8').catch(
    () => '',
  );
  const [, value] = new RegExp(`^${ARCHIVE_SETTING} = '(.*)'$`, 'm').exec(settings) ?? [];
  return value?.replaceAll("''", "'").replaceAll('\\\\', '\\');
}

export function archiveFolder(backups: string): string {
  return join(backups, WAL_FOLDER);
}

interface Identity {
  readonly system: string;
  readonly timeline: number;
}

async function requireOwnArchive(folder: string, dataFolder: string): Promise<void> {
  const text = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => undefined);
  const owner = text === undefined ? undefined : (JSON.parse(text) as Identity);
  const server = await readIdentity(dataFolder);
  if (owner === undefined || (owner.system === server?.system && owner.timeline === server.timeline)) return;
  const what =
    owner.system === server?.system
      ? `${dataFolder} was restored or promoted since, and begins an archive of its own`
      : `${dataFolder} is another`;
  throw new EmbeddedPostgresError(
    `${folder} holds the backups of one server, and ${what}. Choose a new folder for its backups; keep the old one as long as you may want to restore from it.`,
  );
}

/**
 * Which cluster it is and which of its timelines: the first bytes of pg_control, which are the same in all
 * versions, and the timeline of its latest checkpoint, which is where the embedded version has it. Undefined before
 * the cluster is made.
 */
async function readIdentity(dataFolder: string): Promise<Identity | undefined> {
  const control = await readFile(join(dataFolder, 'postgres', 'global', 'pg_control')).catch(() => undefined);
  if (control === undefined) return undefined;
  return { system: String(control.readBigUInt64LE(0)), timeline: control.readUInt32LE(48) };
}

/**
 * Copies a segment so that its name appears with the whole of it on the disk, or not at all. The same segment
 * again, as after a crash, is fine; another one under the same name is refused. A segment that the timeout has
 * closed is mostly zeros, which take no space in a sparse copy.
 */
function archiveCommand(wal: string): string {
  const target = shellQuoted(wal).replaceAll('%', '%%');
  const copy = platform() === 'linux' ? 'cp --sparse=always' : 'cp';
  return (
    `d=${target}; if test -e "$d/%f"; then cmp -s "%p" "$d/%f"; ` +
    `else ${copy} "%p" "$d/.%f.tmp" && sync "$d/.%f.tmp" && mv "$d/.%f.tmp" "$d/%f" && sync "$d"; fi`
  );
}

/**
 * Brings a segment back. Status 1 says that there is none, and ends the recovery there; 255 says that it cannot be
 * read, and stops it: an archive that nobody may read must not look like one that ends.
 */
export function restoreCommand(wal: string): string {
  const source = shellQuoted(wal).replaceAll('%', '%%');
  return `d=${source}; test -x "$d" || exit 255; test -e "$d/%f" || exit 1; cp "$d/%f" "%p" || exit 255`;
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** How far an archive goes on from a segment without a gap. */
export interface ArchiveReach {
  /** Segments in a row, the first included; empty where the first is not there. */
  readonly segments: readonly string[];
  /** When the last of them came: no commit in them is later. */
  readonly until: EpochMs | undefined;
  /** The first segment that is missing although later ones are there. */
  readonly missing: string | undefined;
}

/** Looks through an archive, which need not exist. Throws where it cannot be read. */
export async function readArchive(
  wal: string,
  first: string,
  segmentBytes = SEGMENT_BYTES,
): Promise<ArchiveReach> {
  const names = new Set(await readdir(wal).catch(noneWhereAbsent));
  const segments: string[] = [];
  let next = first;
  for (; names.has(next); next = segmentAfter(next, segmentBytes)) segments.push(next);
  const later = [...names].some((name) => isSegment(name) && sameTimeline(name, next) && name > next);
  const last = segments.at(-1);
  const until = last === undefined ? undefined : (await stat(join(wal, last))).mtimeMs;
  return {
    segments,
    until: until === undefined ? undefined : epochMs(Math.ceil(until)),
    missing: later ? next : undefined,
  };
}

function noneWhereAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** `00000001000000A500000042`: timeline, then the number of the segment in two parts. */
export function isSegment(name: string): boolean {
  return /^[0-9A-F]{24}$/.test(name);
}

function sameTimeline(a: string, b: string): boolean {
  return a.slice(0, 8) === b.slice(0, 8);
}

export function segmentAfter(name: string, segmentBytes = SEGMENT_BYTES): string {
  const perFile = 0x1_0000_0000 / segmentBytes;
  const number = Number.parseInt(name.slice(8, 16), 16) * perFile + Number.parseInt(name.slice(16), 16) + 1;
  const hex = (part: number): string => part.toString(16).toUpperCase().padStart(8, '0');
  return `${name.slice(0, 8)}${hex(Math.floor(number / perFile))}${hex(number % perFile)}`;
}

/** Removes the segments that come before `first`, which no backup that is kept needs. Returns how many. */
export async function pruneArchive(wal: string, first: string): Promise<number> {
  const old = (await readdir(wal).catch(noneWhereAbsent)).filter(
    (name) => isSegment(name) && sameTimeline(name, first) && name < first,
  );
  for (const name of old) await rm(join(wal, name));
  return old.length;
}
