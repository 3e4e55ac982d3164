import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { addMs, epochMs, systemTicker } from '@halfhour/kernel';
import { serverAccount } from './embedded.ts';
import { makeRemoteBackup, openDatabase, restoreBackup } from './index.ts';
import { findTools } from './postgres-tools.ts';
import { requireBaseBackup, splitPassword } from './remote-backup.ts';

const run = promisify(execFile);
const searchPath = process.env['PATH'] ?? '';
const [initdb] = await findTools('initdb', searchPath);
const skip =
  initdb === undefined ? 'there is no ordinary Postgres here (Debian: apt-get install postgresql)' : false;

test('an ordinary server is copied over its connection and restored to a moment', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-ordinary-'));
  await chmod(folder, 0o755);
  const account = await serverAccount();
  const as = {
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  };
  const data = join(folder, 'server');
  const backups = join(folder, 'backups');
  for (const each of [data, join(backups, 'wal')]) {
    await mkdir(each, { recursive: true, mode: 0o700 });
    await chmod(each, 0o700);
    if (account !== undefined) await chown(each, account.uid, account.gid);
  }
  await chmod(backups, 0o755);
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'se%cret\n', { mode: 0o644 });
  await run(
    initdb!.path,
    ['--pgdata', data, '--username=shop', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    as,
  );
  const port = await freePort();
  await appendFile(
    join(data, 'postgresql.conf'),
    `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = ''\nshared_buffers = '16MB'
     fsync = off\nmax_connections = 73\narchive_mode = on
     archive_command = 'test ! -f "${backups}/wal/%f" && cp "%p" "${backups}/wal/%f"'\n`,
  );
  const control = (...args: string[]) =>
    run(join(initdb!.folder, 'pg_ctl'), ['--pgdata', data, '--wait', ...args], as);
  await control('start', '--silent', '--log', join(data, 'log'));
  after(async () => {
    await control('stop', '--mode', 'immediate').catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  const url = `postgres://shop:se%25cret@127.0.0.1:${port}/postgres`;
  const db = openDatabase({ connection: url, maxConnections: 1 });
  await db.query('create table note (n int)');
  await db.query('insert into note values (1)');
  const backup = await makeRemoteBackup(url, backups, searchPath);
  assert.equal(backup.major, initdb!.major);
  await db.query('insert into note values (2)');
  const moment = addMs(epochMs(Date.now()), 5);
  while (Date.now() < moment) await db.query('select 1');
  await db.query('insert into note values (3)');
  const [{ segment }] = (await db.query<{ segment: string }>(
    `select pg_walfile_name(pg_switch_wal()) as segment`,
  )) as [{ segment: string }];
  while (!(await readdir(join(backups, 'wal'))).includes(segment)) await db.query('select pg_sleep(0.02)');
  await db.query('create role plain login password $$se%cret$$');
  const plain = url.replace('shop', 'plain');
  await assert.rejects(makeRemoteBackup(plain, backups, searchPath), /alter role USER replication/);
  await db.close();

  const target = join(folder, 'restored');
  let notes: object[] = [];
  await restoreBackup({
    source: backups,
    dataFolder: target,
    at: moment,
    ticker: systemTicker,
    searchPath,
    async check(found) {
      notes = await found.query('select n from note order by n');
    },
  });
  assert.deepEqual(notes, [{ n: 1 }, { n: 2 }]);
  assert.match(await readFile(join(target, 'postgres', 'postgresql.conf'), 'utf8'), /max_connections = 73/);
  assert.ok(!(await readdir(join(target, 'postgres'))).includes('recovery.signal'));
});

test('where no program can copy a server, it is said which to install', async () => {
  await assert.rejects(requireBaseBackup(99, searchPath), /apt-get install postgresql-client-99/);
});

test('the password of a URL goes to programs by the environment', () => {
  assert.deepEqual(splitPassword('postgres://me:p%40ss@host:5432/shop?sslmode=require'), {
    url: 'postgres://me@host:5432/shop?sslmode=require',
    password: 'p@ss',
  });
  assert.deepEqual(splitPassword('postgres://me@host/shop'), {
    url: 'postgres://me@host/shop',
    password: undefined,
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
