import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isReachable, openDatabase, startEmbeddedPostgres } from './index.ts';

const folder = await mkdtemp(join(tmpdir(), 'halfhour-embedded-'));
await chmod(folder, 0o755);
after(() => rm(folder, { recursive: true, force: true }));
const settings = { shared_buffers: '16MB', max_wal_size: '128MB' };

test('what was committed is there after a crash of the server, and a server left behind is taken over', async () => {
  const first = await startEmbeddedPostgres({ folder, settings });
  const before = openDatabase({ connection: first.connection, maxConnections: 1 });
  await before.query('create table note (n int)');
  await before.query('insert into note values (1)');
  await before.close();
  await first.kill();

  const second = await startEmbeddedPostgres({ folder, settings });
  // As after SIGKILL of Halfhour: the second server still runs when the third start comes.
  const third = await startEmbeddedPostgres({ folder, settings });
  const later = openDatabase({ connection: third.connection, maxConnections: 1 });
  assert.deepEqual(await later.query('select n from note'), [{ n: 1 }]);
  await later.close();
  await third.stop();
  assert.equal(second.connection.user, third.connection.user);
});

test('the server listens on no port, and its socket is for its owner alone', async () => {
  const server = await startEmbeddedPostgres({ folder, settings });
  assert.equal((await stat(server.connection.host)).mode & 0o077, 0);
  assert.match(
    await readFile(join(folder, 'postgres', 'postgresql.auto.conf'), 'utf8'),
    /listen_addresses = ''/,
  );
  await server.stop();
});

test('a very deep folder works although socket paths are short', async () => {
  const deep = join(folder, 'a'.repeat(60), 'b'.repeat(60));
  const server = await startEmbeddedPostgres({ folder: deep, settings });
  const db = openDatabase({ connection: server.connection, maxConnections: 1 });
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }]);
  await db.close();
  await server.stop();
});

test('a folder inside one that is closed to others is told apart', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'halfhour-closed-'));
  assert.equal(await isReachable(join(closed, 'data')), false);
  assert.equal(await isReachable(folder), true);
  await rm(closed, { recursive: true });
});
