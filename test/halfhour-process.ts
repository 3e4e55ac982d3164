import { type ChildProcess, spawn } from 'node:child_process';
import { access, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '..', 'apps', 'server', 'src', 'main.ts');

export interface HalfhourProcess {
  readonly pid: number;
  /** All that it has printed so far, errors included. */
  output(): string;
  /** Waits until it has printed what `pattern` matches; throws with its output when it ends first, or is too slow. */
  printed(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  send(signal: NodeJS.Signals): void;
  /** Waits for its end. */
  ended(withinMs: number): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const running = new Set<ChildProcess>();
// A test file that dies must not leave servers behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts `halfhour` with these arguments as a process of its own, with no settings but those of `environment`; or
 * another program than `halfhour`.
 */
export function startHalfhour(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = MAIN,
): HalfhourProcess {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-2_000_000);
    for (const look of looking) look();
  };
  const looking = new Set<() => void>();
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
      for (const look of looking) look();
    });
  });
  return {
    pid: child.pid!,
    output: () => printed,
    printed(pattern, withinMs) {
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          looking.delete(look);
          clearTimeout(timer);
          settle();
        };
        const fail = (why: string): void =>
          finish(() => reject(new Error(`${why}; it printed:\n${printed.slice(-4_000)}`)));
        const timer = setTimeout(() => fail(`not within ${withinMs} ms: ${pattern}`), withinMs);
        const look = (): void => {
          const match = pattern.exec(printed);
          if (match !== null) finish(() => resolve(match));
          else if (!running.has(child)) fail(`it ended before it printed ${pattern}`);
        };
        looking.add(look);
        look();
      });
    },
    send: (signal) => void child.kill(signal),
    async ended(withinMs) {
      const late = new AbortController();
      const tooLate = delay(withinMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`it did not end within ${withinMs} ms; it printed:\n${printed.slice(-4_000)}`);
      });
      try {
        return await Promise.race([end, tooLate]);
      } finally {
        late.abort();
        tooLate.catch(() => undefined);
      }
    },
  };
}

/** A folder for the data of such processes; after the file its Postgres is stopped and all of it deleted. */
export async function dataFolder(within = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(within, 'halfhour-data-'));
  // Postgres runs as another user where the tests run as root.
  await chmod(folder, 0o755);
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await killPostgres(folder, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** The process of the folder's Postgres, undefined where none runs. */
export async function postgresPid(folder: string): Promise<number | undefined> {
  const file = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  const pid = Number(file?.split('\n')[0]);
  return file !== undefined && (await isAlive(pid)) ? pid : undefined;
}

/** Ends the folder's Postgres: SIGKILL as a crash would, SIGQUIT at once and with its children. */
export async function killPostgres(folder: string, signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  const pid = await postgresPid(folder);
  if (pid === undefined) return;
  process.kill(pid, signal);
  for (let tries = 0; (await isAlive(pid)) && tries < 500; tries++) await delay(20);
}

/** A zombie that nobody has waited for counts as dead. */
async function isAlive(pid: number): Promise<boolean> {
  if (
    !(await access(`/proc/self`).then(
      () => true,
      () => false,
    ))
  ) {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
}
