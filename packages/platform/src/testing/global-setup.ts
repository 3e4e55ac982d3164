import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_SERVER_VARIABLE, startTestServer } from './test-server.ts';

/** Run once by `node --test --test-global-setup`: one Postgres for all test files of the run. */
let stop: (() => Promise<void>) | undefined;

export async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-test-'));
  await chmod(folder, 0o755);
  const server = await startTestServer(folder);
  process.env[TEST_SERVER_VARIABLE] = JSON.stringify(server.connection);
  stop = async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
}

export async function globalTeardown(): Promise<void> {
  await stop?.();
}
