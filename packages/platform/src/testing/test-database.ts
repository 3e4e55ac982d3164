import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { IdSource, MarketId } from '@halfhour/kernel';
import { type Database, ensurePartitions, openDatabase } from '../postgres/index.ts';
import { TEMPLATE, TEST_SERVER_VARIABLE, startTestServer } from './test-server.ts';

/**
 * A real Postgres database of its own for a test file, cloned from the migrated template in about 40 ms and
 * dropped after the file; or an empty one, for tests of migrations. Uses the server of the run, or starts one when the file is run by itself.
 * Call it at the top of the file (top-level await): inside a hook its clean-up would run with the hook.
 */
export async function createTestDatabase(content: 'migrated' | 'empty' = 'migrated'): Promise<Database> {
  let connection = JSON.parse(process.env[TEST_SERVER_VARIABLE] ?? 'null') as {
    host: string;
    user: string;
  } | null;
  if (connection === null) {
    const folder = await mkdtemp(join(tmpdir(), 'halfhour-test-'));
    await chmod(folder, 0o755);
    const server = await startTestServer(folder);
    connection = server.connection;
    after(async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    });
  }
  const name = `test_${process.pid}_${counter++}`;
  const admin = openDatabase({ connection: { ...connection, database: 'postgres' }, maxConnections: 1 });
  await admin.query(`create database ${name} template ${content === 'migrated' ? TEMPLATE : 'template0'}`);
  const database = openDatabase({ connection: { ...connection, database: name }, maxConnections: 10 });
  after(async () => {
    await database.close();
    await admin.query(`drop database ${name} with (force)`).catch(() => undefined);
    await admin.close();
  });
  return database;
}

let counter = 0;

/** A market of nothing but its partitions, for tests of modules that need no more of it. */
export async function createEmptyMarket(db: Database, ids: IdSource): Promise<MarketId> {
  const marketId = ids.next('mkt');
  await ensurePartitions(db, marketId);
  return marketId;
}
