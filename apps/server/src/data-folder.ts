import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  const written = `${file}.${process.pid}.${writtenFiles++}`;
  await writeFile(written, mine);
  try {
    const holder = await claim(file, written);
    if (holder !== undefined) {
      throw new Refusal(
        `Another Halfhour (process ${holder}) uses ${path}. Stop it first, or choose another folder with --data.`,
      );
    }
  } finally {
    await rm(written, { force: true });
  }
  return {
    path,
    async release() {
      if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
    },
  };
}

let writtenFiles = 0;

/**
 * Makes a file be the one already written for this process, which appears whole or not at all, and answers
 * undefined; or answers the process that lives and has it. A stale file is removed only by who has claimed
 * the right to, so that nobody removes the fresh one that replaced it.
 */
async function claim(file: string, written: string): Promise<number | undefined> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      await link(written, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = await readUnlessGone(file);
    if (held === undefined) continue;
    const holder = await liveHolder(held);
    if (holder !== undefined) return holder;
    const removal = `${file}.removal`;
    const remover = await claim(removal, written);
    if (remover !== undefined) return remover;
    try {
      if ((await readUnlessGone(file)) === held) await rm(file, { force: true });
    } finally {
      await rm(removal, { force: true });
    }
  }
  throw new Refusal(`Several processes are starting on ${dirname(file)} at once. Try again.`);
}

async function readUnlessGone(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
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

/** When a process began, in clock ticks since the machine started (field 22 of /proc/PID/stat); Linux only. */
async function beganAt(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in field 2 may hold spaces and parentheses, so fields are counted from its end.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
