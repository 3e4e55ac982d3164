import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { seededRandom } from '@halfhour/kernel';
import {
  type Database,
  type EmbeddedPostgres,
  openDatabase,
  startEmbeddedPostgres,
  startStandby,
} from './index.ts';

/** `HALFHOUR_TEST_STANDBY_ROUNDS=100` for a night of it; `HALFHOUR_TEST_STANDBY_SEED` for the same moments again. */
const ROUNDS = Number(process.env['HALFHOUR_TEST_STANDBY_ROUNDS'] ?? 4);
const SEED = process.env['HALFHOUR_TEST_STANDBY_SEED'] ?? String(process.pid);
// Processes die here and no machine does, so nothing needs to be synced.
const SETTINGS = { fsync: 'off', shared_buffers: '16MB', max_wal_size: '128MB' };
const WRITERS = 4;

const root = await mkdtemp(join(tmpdir(), 'halfhour-standby-'));
await chmod(root, 0o755);
after(() => rm(root, { recursive: true, force: true }));
const random = seededRandom(`standby/${SEED}`);

interface Node {
  readonly server: EmbeddedPostgres;
  readonly folder: string;
}

test('nothing acknowledged is lost when the primary is killed and its synchronous standby promoted', async (t) => {
  t.diagnostic(`${ROUNDS} rounds, seed ${SEED}`);
  const first = join(root, '0');
  let primary: Node = {
    server: await startEmbeddedPostgres({ folder: first, settings: SETTINGS }),
    folder: first,
  };
  const acknowledged = new Set<number>();
  let next = 0;
  await withDatabase(primary, (db) => db.query('create table note (n int primary key)'));

  for (let round = 1; round <= ROUNDS; round++) {
    const name = `standby_${round}`;
    const folder = join(root, String(round));
    const standby = await startStandby({
      primary: { ...primary.server, folder: primary.folder },
      folder,
      name,
      settings: SETTINGS,
    });
    const db = openDatabase({ connection: primary.server.connection, maxConnections: WRITERS + 1 });
    await requireOnBoth(db, name);

    const until = acknowledged.size + 20 + random.below(400);
    const writers = Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const n = next++;
        const isDone = await db.query('insert into note values ($1)', [n]).then(
          () => true,
          () => false,
        );
        if (!isDone) return;
        acknowledged.add(n);
      }
    });
    while (acknowledged.size < until) await db.query('select 1');
    await killAll(primary);
    await Promise.all(writers);
    await db.close();

    await standby.promote();
    primary = { server: standby, folder };
    const found = await withDatabase(primary, (promoted) =>
      promoted.query<{ n: number }>('select n from note'),
    );
    const there = new Set(found.map(({ n }) => n));
    const lost = [...acknowledged].filter((n) => !there.has(n));
    assert.deepEqual(lost, [], `round ${round} of seed ${SEED}: ${acknowledged.size} were acknowledged`);
    t.diagnostic(`round ${round}: ${acknowledged.size} acknowledged, ${there.size} there, none lost`);
  }
  await primary.server.stop();
});

async function withDatabase<T>({ server }: Node, use: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase({ connection: server.connection, maxConnections: 1 });
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

/** From here on a commit is acknowledged when the standby has it, and waits where there is none. */
async function requireOnBoth(db: Database, name: string): Promise<void> {
  await db.query(`alter system set synchronous_standby_names = '${name}'`);
  await db.query('select pg_reload_conf()');
  for (;;) {
    const [row] = await db.query<{ synchronous: boolean }>(
      `select exists (select from pg_stat_replication where application_name = $1 and sync_state = 'sync')
         and current_setting('synchronous_standby_names') = $1 as synchronous, pg_sleep(0.02)`,
      [name],
    );
    if (row!.synchronous) return;
  }
}

/** SIGKILL for all of the server's processes at once, as when its machine goes. */
async function killAll({ folder }: Node): Promise<void> {
  const pid = Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const children: number[] = [];
  for (const entry of await readdir('/proc')) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '') : '';
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid) children.push(Number(entry));
  }
  for (const each of [pid, ...children]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
