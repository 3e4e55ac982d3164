import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Account } from './embedded.ts';

export interface ClusterFile {
  /** Below the folder that was listed, `/` between its parts. */
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** Their content belongs to the running server and is made anew by the next one. */
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|server\.log|current_logfiles|backup_label(\.old)?|tablespace_map(\.old)?|(recovery|standby)\.signal|\.s\.PGSQL\..*|pgsql_tmp.*|pg_internal\.init.*|postgresql\.auto\.conf\.tmp)$/;

/** What a base backup of a running server takes along, as the manual's chapter on base backups lists it. */
export function listCluster(data: string): AsyncGenerator<ClusterFile> {
  return listFiles(data, (path, name) => {
    const [top, ...below] = path.split('/');
    return LEFT_OUT.test(name) || (below.length > 0 && EMPTIED.has(top!));
  });
}

/** Folders before what is in them. What vanishes meanwhile is no longer needed: the log has its removal. */
export async function* listFiles(
  root: string,
  isLeftOut: (path: string, name: string) => boolean = () => false,
  below = '',
): AsyncGenerator<ClusterFile> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(ignoreAbsent);
  for (const entry of entries ?? []) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (isLeftOut(path, entry.name)) continue;
    if (entry.isDirectory()) {
      yield { path, kind: 'folder' };
      yield* listFiles(root, isLeftOut, path);
    } else if (entry.isFile()) {
      yield { path, kind: 'file' };
    }
  }
}

export interface CopiedFile {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const PAGE_BYTES = 8_192;
/** A whole number of pages, so that each read holds pages from their first byte on. */
const CHUNK_BYTES = 128 * PAGE_BYTES;

export interface CopyOptions {
  readonly owner?: Account | undefined;
  /** Not where Postgres itself syncs all of it, as it does when it recovers. */
  readonly sync: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Sees what is written, and where in the file it begins. */
  readonly look?: (bytes: Buffer, offset: number, source: FileHandle) => Promise<void>;
}

/** Copies a file, for its owner alone. Undefined where it has vanished. */
export async function copyFile(
  from: string,
  to: string,
  options: CopyOptions,
): Promise<CopiedFile | undefined> {
  const source = await open(from, 'r').catch(ignoreAbsent);
  if (source === undefined) return undefined;
  try {
    return await writeNew(to, options, async (write) => {
      // Most files of a small cluster are a page or two.
      const { size } = await source.stat();
      const buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(size, PAGE_BYTES), CHUNK_BYTES));
      for (let offset = 0; ;) {
        const chunk = buffer.subarray(0, await fill(source, buffer, offset));
        if (chunk.length === 0) return;
        options.signal?.throwIfAborted();
        await options.look?.(chunk, offset, source);
        await write(chunk);
        offset += chunk.length;
      }
    });
  } finally {
    await source.close();
  }
}

/** Writes a file that is not there yet, for its owner alone. */
export async function writeNew(
  to: string,
  { owner, sync }: Pick<CopyOptions, 'owner' | 'sync'>,
  fillIn: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<CopiedFile> {
  const target = await open(to, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    await fillIn(async (chunk) => {
      hash.update(chunk);
      await target.writeFile(chunk);
      bytes += chunk.length;
    });
    if (owner !== undefined) await target.chown(owner.uid, owner.gid);
    if (sync) await target.datasync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await target.close();
  }
}

/** Hexadecimal SHA-256 of a file. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash);
  return hash.digest('hex');
}

/** Syncs a folder, so that the names in it survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads until the buffer is full or the file ends. */
async function fill(source: FileHandle, buffer: Buffer, offset: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await source.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Runs `each` over the items, at most `width` at a time; the first failure and an aborted signal end it. */
export async function forEachOf<T>(
  items: readonly T[],
  width: number,
  signal: AbortSignal | undefined,
  each: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      signal?.throwIfAborted();
      await each(items[next++]!);
    }
  };
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: width }, () =>
      worker().catch((error: unknown) => {
        failures.push(error);
        next = items.length;
      }),
    ),
  );
  // Nobody is at work any more: what was begun can be removed.
  if (failures.length > 0) throw failures[0];
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
