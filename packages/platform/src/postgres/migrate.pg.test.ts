import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MODULES_FOLDER, createTestDatabase } from '../testing/index.ts';
import { migrate } from './index.ts';

const db = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'halfhour-migrations-'));
after(() => rm(folder, { recursive: true, force: true }));

async function modules(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test('running the migrations of this program again changes nothing', async () => {
  assert.deepEqual(await migrate(db, MODULES_FOLDER), { ok: true, value: [] });
});

test('two processes that start at once migrate once', async () => {
  const fresh = await createTestDatabase('empty');
  const results = await Promise.all([migrate(fresh, MODULES_FOLDER), migrate(fresh, MODULES_FOLDER)]);
  assert.ok(results.every((result) => result.ok));
  assert.equal(results.filter((result) => result.ok && result.value.length > 0).length, 1);
});

test('a migration that fails half way leaves nothing behind, and runs whole when it is mended', async () => {
  const fresh = await createTestDatabase('empty');
  const good = { 'a/migrations/0001-a.sql': 'create schema a; create table a.t (n int);' };
  const broken = await modules('broken', {
    ...good,
    'b/migrations/0001-b.sql': 'create schema b; create table b.t (; ',
  });
  const failed = await migrate(fresh, broken);
  assert.ok(!failed.ok && failed.error.code === 'migration_failed' && failed.error.migration === 'b/0001-b');
  assert.deepEqual(await fresh.query(`select nspname from pg_namespace where nspname in ('a', 'b')`), []);
  const mended = await modules('mended', { ...good, 'b/migrations/0001-b.sql': 'create schema b;' });
  assert.deepEqual(await migrate(fresh, mended), { ok: true, value: ['a/0001-a', 'b/0001-b'] });
});

test('a database that another version has migrated is refused, and says what to do', async () => {
  const fresh = await createTestDatabase('empty');
  const newer = await modules('newer', {
    'a/migrations/0001-a.sql': 'create schema a;',
    'a/migrations/0002-b.sql': 'create table a.t (n int);',
  });
  const older = await modules('older', { 'a/migrations/0001-a.sql': 'create schema a;' });
  assert.ok((await migrate(fresh, newer)).ok);
  const refused = await migrate(fresh, older);
  assert.ok(!refused.ok && refused.error.code === 'database_newer');
  assert.match(refused.error.message, /another version of Halfhour/);
});
