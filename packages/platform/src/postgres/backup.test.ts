import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { type EpochMs, addMs, epochMs, systemTicker } from '@halfhour/kernel';
import {
  type Database,
  claimArchive,
  listBackups,
  makeBackup,
  openDatabase,
  prepareArchive,
  pruneBackups,
  readArchiveState,
  restoreBackup,
  startEmbeddedPostgres,
} from './index.ts';

const run = promisify(execFile);
const SEGMENT = /^[0-9A-F]{24}$/;
const TOOLS = { ticker: systemTicker, searchPath: process.env['PATH'] ?? '' };
const REFUSED = { ...TOOLS, check: () => assert.fail('there is nothing to check') };
// Processes die here and no machine does, so nothing needs to be synced.
const SETTINGS = { fsync: 'off', shared_buffers: '16MB', max_wal_size: '128MB' };

const folder = await mkdtemp(join(tmpdir(), "halfhour-backup's-"));
await chmod(folder, 0o755);
const dataFolder = join(folder, 'data');
const backups = join(folder, '50% of "backups"');
const server = await startArchiving();
const db = openDatabase({ connection: server.connection, maxConnections: 3 });
after(async () => {
  await db.close();
  await server.kill();
  await rm(folder, { recursive: true, force: true });
});
await db.query('create table note (n int primary key)');

async function startArchiving() {
  const archive = await prepareArchive(backups, dataFolder);
  const started = await startEmbeddedPostgres({ folder: dataFolder, settings: { ...SETTINGS, ...archive } });
  await claimArchive(backups, dataFolder);
  return started;
}

/** A row, and by the clock of this machine when its commit was asked for and when it was acknowledged. */
interface Written {
  readonly n: number;
  readonly sentAt: EpochMs;
  readonly acknowledgedAt: EpochMs;
}

/** Writes one row after the other until it is stopped. */
function writeOn(to: Database, first: number) {
  const written: Written[] = [];
  let stopped = false;
  const done = (async () => {
    for (let n = first; !stopped; n++) {
      const sentAt = epochMs(Date.now());
      await to.query('insert into note values ($1)', [n]);
      written.push({ n, sentAt, acknowledgedAt: epochMs(Date.now()) });
    }
  })();
  return {
    written,
    /** Waits until that many rows more are there. */
    async more(count: number): Promise<void> {
      const until = written.length + count;
      while (written.length < until) await to.query('select 1');
    },
    async stop(): Promise<Written[]> {
      stopped = true;
      await done;
      return written;
    },
  };
}

async function readNotes(from: Database): Promise<Set<number>> {
  return new Set((await from.query<{ n: number }>('select n from note')).map(({ n }) => n));
}

/** Closes the segment and waits until the archive has it. */
async function archiveAll(): Promise<void> {
  // A segment with nothing in it is not closed.
  await db.query(`select pg_logical_emit_message(false, 'test', 'end')`);
  const [{ segment }] = (await db.query<{ segment: string }>(
    `select pg_walfile_name(pg_switch_wal()) as segment`,
  )) as [{ segment: string }];
  for (;;) {
    const rows = await db.query<{ done: boolean }>(
      `select coalesce(last_archived_wal >= $1, false) as done, pg_sleep(0.02) from pg_stat_archiver`,
      [segment],
    );
    if (rows[0]!.done) return;
  }
}

const writer = writeOn(db, 0);
await writer.more(200);
const backup = await makeBackup(db, dataFolder, backups);
await writer.more(200);
const moment = addMs(writer.written.at(-1)!.acknowledgedAt, 5);
await writer.more(400);
const written = await writer.stop();
await archiveAll();

test('a restore to a moment has every row acknowledged before it and none that was sent after it', async () => {
  const before = written.filter(({ acknowledgedAt }) => acknowledgedAt < moment);
  const later = written.filter(({ sentAt }) => sentAt >= moment);
  assert.ok(before.length > 300 && later.length > 300, `${before.length} before, ${later.length} after`);
  const target = join(folder, 'to-a-moment');
  const restored = await restoreBackup({
    ...TOOLS,
    source: backups,
    dataFolder: target,
    at: moment,
    async check(found) {
      const notes = await readNotes(found);
      for (const { n } of before) assert.ok(notes.has(n), `${n} was acknowledged before`);
      for (const { n } of later) assert.ok(!notes.has(n), `${n} was sent after`);
      assert.deepEqual(await found.query('select pg_is_in_recovery() as waits'), [{ waits: false }]);
    },
  });
  assert.ok(restored.standsAt < moment && restored.standsAt >= before.at(-1)!.sentAt);
  assert.deepEqual(await readdir(target), ['postgres']);

  await test('it starts again, and begins an archive of its own', async () => {
    const again = await startEmbeddedPostgres({ folder: target, settings: SETTINGS });
    const own = openDatabase({ connection: again.connection, maxConnections: 1 });
    await own.query('insert into note values (-1)');
    assert.equal((await readNotes(own)).has(before.at(-1)!.n), true);
    await own.close();
    await again.stop();
    await assert.rejects(prepareArchive(backups, target), /was restored or promoted since/);
    await assert.rejects(prepareArchive(backups, join(folder, 'new')), /is another/);
    await prepareArchive(join(folder, 'its-own'), target);
  });
});

test('a restore without a moment has everything that was archived', async () => {
  let notes = new Set<number>();
  await restoreBackup({
    ...TOOLS,
    source: backup.folder,
    dataFolder: join(folder, 'all'),
    async check(found) {
      notes = await readNotes(found);
    },
  });
  assert.deepEqual(notes, await readNotes(db));
});

test('a moment that is not reached is refused with the range that is, and leaves nothing behind', async () => {
  const target = join(folder, 'refused');
  const restoreTo = (at: EpochMs) => restoreBackup({ ...REFUSED, source: backups, dataFolder: target, at });
  await assert.rejects(restoreTo(addMs(backup.startedAt, -1)), /reaches from .* to .*Take an earlier backup/);
  await assert.rejects(
    restoreTo(addMs(epochMs(Date.now()), 3_600_000)),
    /reaches from .* to .*Leave --at away/,
  );
  // Later than the last transaction and earlier than when its segment was archived: only the log itself knows.
  const last = written.at(-1)!.acknowledgedAt;
  await assert.rejects(restoreTo(addMs(last, 1)), /reach from .* to .*, the last transaction in it/);
  assert.deepEqual(await readdir(target), []);
});

test('who is interrupted leaves nothing behind', async () => {
  const signal = AbortSignal.abort(new Error('interrupted'));
  const target = join(folder, 'interrupted');
  await assert.rejects(
    restoreBackup({ ...REFUSED, source: backups, dataFolder: target, signal }),
    /interrupted/,
  );
  assert.deepEqual(await readdir(target), []);
  const names = await readdir(backups);
  await assert.rejects(makeBackup(db, dataFolder, backups, signal), /interrupted/);
  assert.deepEqual(await readdir(backups), names);
});

test('a folder with anything in it is refused and left as it is', async () => {
  const target = join(folder, 'full');
  await mkdir(target);
  await writeFile(join(target, 'mine'), 'mine');
  await assert.rejects(restoreBackup({ ...REFUSED, source: backups, dataFolder: target }), /is not empty/);
  assert.deepEqual(await readdir(target), ['mine']);
});

test('a backup is checked file by file, by whoever has sha256sum too', async () => {
  await run('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: backup.folder });
  const path = join(backup.folder, 'data', 'postgres', 'global', 'pg_filenode.map');
  const whole = await readFile(path);
  const dataFolder = join(folder, 'from-damaged');
  await writeFile(path, whole.with(100, whole[100]! ^ 1));
  await assert.rejects(
    restoreBackup({ ...REFUSED, source: backup.folder, dataFolder }),
    /pg_filenode.map is not as it was/,
  );
  await rm(path);
  await assert.rejects(
    restoreBackup({ ...REFUSED, source: backup.folder, dataFolder }),
    /pg_filenode.map is missing/,
  );
  await writeFile(path, whole);
});

test('a segment that is missing in the archive ends what can be restored, and is named', async () => {
  const copy = join(folder, 'gap');
  await mkdir(join(copy, 'first'), { recursive: true });
  await cp(join(backup.folder, 'backup.json'), join(copy, 'first', 'backup.json'));
  await cp(join(backups, 'wal'), join(copy, 'wal'), { recursive: true, preserveTimestamps: true });
  const names = (await readdir(join(copy, 'wal'))).filter((name) => SEGMENT.test(name)).sort();
  const later = names.findLast((name) => name > backup.lastSegment)!;
  await rm(join(copy, 'wal', later));
  await writeFile(join(copy, 'wal', `${later.slice(0, 16)}000000FF`), '');
  const at = addMs(moment, 1);
  await assert.rejects(
    restoreBackup({ ...REFUSED, source: copy, dataFolder: join(folder, 'from-gap'), at: addMs(at, 600_000) }),
    new RegExp(`where the segment ${later} is missing`),
  );
});

test('older backups are removed with the part of the archive that only they needed', async () => {
  const second = await makeBackup(db, dataFolder, backups);
  await archiveAll();
  assert.deepEqual(
    (await listBackups(backups)).map((each) => each.folder),
    [backup.folder, second.folder],
  );
  const removed = await pruneBackups(backups, 1);
  assert.equal(removed.backups, 1);
  assert.ok(removed.segments > 0);
  assert.deepEqual(await listBackups(backups), [second]);
  const segments = (await readdir(join(backups, 'wal'))).filter((name) => SEGMENT.test(name)).sort();
  assert.equal(segments[0], second.firstSegment);
  await restoreBackup({
    ...TOOLS,
    source: backups,
    dataFolder: join(folder, 'from-second'),
    async check(found) {
      assert.deepEqual(await readNotes(found), await readNotes(db));
    },
  });
});

test('another segment under a name that is taken is refused, and the server says that it cannot archive', async () => {
  const before = await readArchiveState(db);
  assert.deepEqual(before, { backups, failed: undefined });
  const [{ next }] = (await db.query<{ next: string }>(
    `select pg_walfile_name(pg_current_wal_lsn()) as next`,
  )) as [{ next: string }];
  const taken = join(backups, 'wal', next);
  await writeFile(taken, 'of someone else');
  await db.query('insert into note values (-2)');
  await db.query('select pg_switch_wal()');
  while ((await readArchiveState(db)).failed === undefined) await db.query('select pg_sleep(0.02)');
  assert.equal((await readArchiveState(db)).failed, next);
  assert.equal(await readFile(taken, 'utf8'), 'of someone else');
  await rm(taken);
});

test('a segment that was closed early takes little space, and only its owner can read it', async () => {
  const wal = join(backups, 'wal');
  await archiveAll();
  await archiveAll();
  const names = (await readdir(wal)).filter((name) => SEGMENT.test(name)).sort();
  const { size, blocks, mode } = await stat(join(wal, names.at(-1)!));
  assert.equal(size, 16 * 1024 * 1024);
  assert.ok(blocks * 512 < size / 2, `${blocks * 512} bytes on the disk`);
  assert.equal(mode & 0o077, 0);
  assert.equal((await stat(wal)).mode & 0o077, 0);
});

test('a damaged page is found while it is copied, and no backup is made of it', async () => {
  await db.query(`create table big as select n, repeat('x', 200) as text from generate_series(1, 2000) as n`);
  await db.query('checkpoint');
  const [{ path }] = (await db.query<{ path: string }>(`select pg_relation_filepath('big') as path`)) as [
    { path: string },
  ];
  const file = await open(join(dataFolder, 'postgres', path), 'r+');
  await file.write(Buffer.from('!'), 0, 1, 3 * 8_192 + 5_000);
  await file.close();
  const names = await readdir(backups);
  await assert.rejects(makeBackup(db, dataFolder, backups), /the checksum of page 3 of .* does not match/);
  assert.deepEqual(await readdir(backups), names);
  await db.query('drop table big');
});
