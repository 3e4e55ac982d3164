import { fileURLToPath } from 'node:url';
import { invariant } from '@halfhour/kernel';
import { type EmbeddedPostgres, migrate, openDatabase, startEmbeddedPostgres } from '../postgres/index.ts';

/** How the run's Postgres is told to the test files. */
export const TEST_SERVER_VARIABLE = 'HALFHOUR_TEST_SERVER';
/** Migrated once; each test file clones it. */
export const TEMPLATE = 'halfhour';
export const MODULES_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** A Postgres for tests: nothing is kept, so nothing is synced. */
export async function startTestServer(folder: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    folder,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      shared_buffers: '128MB',
      max_connections: '200',
    },
  });
  const database = openDatabase({ connection: server.connection, maxConnections: 2 });
  const migrated = await migrate(database, MODULES_FOLDER);
  await database.close();
  invariant(migrated.ok, `the template could not be migrated: ${JSON.stringify(migrated)}`);
  return server;
}
