import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BLOCK_BYTES = 1 << 20;

/** A disk that a test can fill. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Ends it with all that is on it; nobody may use it any more. */
  unmount(): Promise<void>;
}

/**
 * Mounts a disk of `megabytes`, in memory.
 *
 * @returns why there is none, where this user or this machine does not let it
 */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | string> {
  if (process.platform !== 'linux' || userInfo().uid !== 0)
    return 'only root on Linux can mount a small disk';
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  } catch (error) {
    await rmdir(folder);
    return `a small disk cannot be mounted here: ${(error as Error).message.trim()}`;
  }
  await chmod(folder, 0o755);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill() {
      const file = await open(ballast, 'a');
      try {
        for (let size = BLOCK_BYTES; size >= 1; size = Math.floor(size / 2)) {
          const block = Buffer.alloc(size, 1);
          while (await write(file, block));
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    async unmount() {
      await run('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}

async function write(
  file: { write(data: Buffer): Promise<{ bytesWritten: number }> },
  block: Buffer,
): Promise<boolean> {
  try {
    return (await file.write(block)).bytesWritten === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
