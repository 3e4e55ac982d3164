import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, type EmbeddedPostgres, serverAccount } from './embedded.ts';
import { findTools } from './postgres-tools.ts';
import { shellQuoted } from './wal-archive.ts';

const run = promisify(execFile);

/**
 * Starts the installed Postgres of a version on a data directory, for its recovery: on a socket that only its account
 * reaches, without the configuration of the server that the data is from. Throws EmbeddedPostgresError.
 *
 * @param work the folder with `postgres` in it, below which the log is written
 */
export async function startRecoveryServer(options: {
  readonly work: string;
  readonly major: number;
  readonly database: string;
  readonly user: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly startSeconds: number;
  readonly searchPath: string;
}): Promise<Pick<EmbeddedPostgres, 'isRunning' | 'stop'> & { connection: EmbeddedPostgres['connection'] }> {
  const { work, major, settings } = options;
  const tool = (await findTools('postgres', options.searchPath)).find((each) => each.major === major);
  if (tool === undefined) {
    throw new EmbeddedPostgresError(
      `This backup is of Postgres ${major}, which is not installed here. Install it (Debian: apt-get install postgresql-${major}) and try again.`,
    );
  }
  const account = await serverAccount();
  const data = join(work, 'postgres');
  const scratch = await mkdtemp(join(tmpdir(), 'halfhour-restore-'));
  const configuration = join(scratch, 'postgresql.conf');
  const admission = join(scratch, 'pg_hba.conf');
  const identities = join(scratch, 'pg_ident.conf');
  await writeFile(configuration, '');
  await writeFile(admission, 'local all all trust\n');
  await writeFile(identities, '');
  await chmod(scratch, 0o700);
  for (const path of [scratch, configuration, admission, identities]) {
    if (account !== undefined) await chown(path, account.uid, account.gid);
  }
  const given = {
    ...settings,
    config_file: configuration,
    hba_file: admission,
    ident_file: identities,
    listen_addresses: '',
    unix_socket_directories: scratch,
    port: '5432',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ssl: 'off',
    archive_mode: 'off',
    synchronous_standby_names: '',
    shared_preload_libraries: '',
  };
  const arguments_ = Object.entries(given)
    .map(([name, value]) => `-c ${shellQuoted(`${name}=${value}`)}`)
    .join(' ');
  const control = (...args: string[]): Promise<unknown> =>
    run(join(tool.folder, 'pg_ctl'), ['--pgdata', data, ...args], {
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
  const isRunning = (): Promise<boolean> =>
    control('status').then(
      () => true,
      () => false,
    );
  const stop = async (): Promise<void> => {
    if (await isRunning()) await control('stop', '--mode', 'fast', '--wait', '--timeout', '600');
    await rm(scratch, { recursive: true, force: true });
  };
  const log = join(data, 'server.log');
  try {
    const timeout = String(options.startSeconds);
    await control('start', '--wait', '--timeout', timeout, '--log', log, '--options', arguments_, '--silent');
  } catch (error) {
    const tail = (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(-12).join('\n');
    await stop();
    throw new EmbeddedPostgresError(`Postgres ${major} did not start in ${data}.\n${tail}`, { cause: error });
  }
  return {
    connection: { host: scratch, database: options.database, user: options.user },
    isRunning,
    stop,
  };
}
