import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

const FILE = 'halfhour.pid';

export interface DataFolder {
  readonly path: string;
  release(): Promise<void>;
}

/**
 * Takes a data folder for this process: two servers on one folder would stop each other's Postgres. The
 * file names the process and when it began, so that one left by a crash is told from a live one even where
 * the number has been given out again. Throws Refusal where a live Halfhour holds the folder.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true });
  const file = join(path, FILE);
  const mine = `${process.pid} ${(await beganAt(process.pid)) ?? ''}\n`;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return {
        path,
        async release() {
          if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = await readFile(file, 'utf8').catch(() => undefined);
    if (held === undefined) continue;
    const holder = await liveHolder(held);
    if (holder !== undefined) {
      throw new Refusal(
        `Another Halfhour (process ${holder}) uses ${path}. Stop it first, or choose another folder with --data.`,
      );
    }
    await removeStale(file, held);
  }
  throw new Refusal(`Several processes are starting on ${path} at once. Try again.`);
}

/** The process of the live Halfhour that holds a data folder; undefined where none does. */
export async function holderOf(path: string): Promise<number | undefined> {
  const held = await readFile(join(path, FILE), 'utf8').catch(() => undefined);
  return held === undefined ? undefined : liveHolder(held);
}

/** The process of a file's text, undefined where it lives no more or the text was never finished. */
async function liveHolder(text: string): Promise<number | undefined> {
  const [, number, began] = /^(\d+) (\d*)\n$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const pid = Number(number);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Someone else's process may not be asked, but it lives.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  const now = await beganAt(pid);
  return began === '' || now === undefined || now === began ? pid : undefined;
}

let asides = 0;

/** Moves the file aside and looks whether it is the stale one: another may have replaced it meanwhile. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}.${asides++}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== stale) {
    await link(aside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  await rm(aside, { force: true });
}

/** When a process began, in clock ticks since the machine started (field 22 of /proc/PID/stat); Linux only. */
async function beganAt(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in field 2 may hold spaces and parentheses, so fields are counted from its end.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
