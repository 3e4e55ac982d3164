import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ScaledClock, systemNow, systemTicker } from '@halfhour/kernel';
import { createLog } from './log.ts';
import { openCityMap } from './city-maps.ts';
import { migrateDatabase, startDatabase } from './database.ts';
import { createPlatform } from './platform.ts';
import { Refusal } from './refusal.ts';
import { readSettings } from './settings.ts';
import { startServer } from './start-server.ts';

const folder = await mkdtemp(join(tmpdir(), 'halfhour-server-'));
await chmod(folder, 0o755);
after(() => rm(folder, { recursive: true, force: true }));
const log = createLog({ level: 'silent' });
const settings = readSettings({ port: '0', data: folder }, {});

async function startPlatform() {
  const database = await startDatabase(settings, log);
  await migrateDatabase(database.db, log);
  const clock = new ScaledClock(systemTicker, systemNow());
  const platform = createPlatform({ db: database.db, clock, wallClock: clock, node: 0, openCityMap, log });
  return {
    ...platform,
    async close() {
      await platform.close();
      await database.close();
    },
  };
}

test('it starts on an empty folder, is ready, keeps users across a restart, and leaves nothing running', async () => {
  const first = await startPlatform();
  await assert.rejects(startDatabase(settings, log), Refusal);
  const server = await startServer(settings, first, log);
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200);
  const taken = { ...settings, port: Number(new URL(server.url).port) };
  await assert.rejects(
    startServer(taken, first, log),
    (error: unknown) => error instanceof Refusal && /taken by another program/.test(error.message),
  );
  const signedUp = await first.identity.signUp({
    name: 'Ana',
    email: 'a@example.com',
    password: 'long enough',
  });
  assert.ok(signedUp.ok);
  await server.stop();
  await first.close();
  assert.ok(!(await readdir(folder)).includes('halfhour.pid'));
  assert.ok(!(await readdir(join(folder, 'postgres'))).includes('postmaster.pid'));

  const second = await startPlatform();
  const caller = await second.identity.authenticate(signedUp.value.token);
  assert.equal(caller?.userId, signedUp.value.user.id);
  await second.close();
});

test('a database that cannot be reached is said before anything listens', async () => {
  const away = { ...settings, databaseUrl: 'postgres://127.0.0.1:1/none' };
  await assert.rejects(
    startDatabase(away, log),
    (error: unknown) => error instanceof Refusal && /cannot be reached.*DATABASE_URL/.test(error.message),
  );
});
