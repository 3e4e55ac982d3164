import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeDataFolder } from './data-folder.ts';
import { Refusal } from './refusal.ts';

const folder = await mkdtemp(join(tmpdir(), 'halfhour-data-'));
after(() => rm(folder, { recursive: true, force: true }));
const file = join(folder, 'halfhour.pid');

test('a folder is held by one live process, whose number is told to the next, and free after release', async () => {
  const held = await takeDataFolder(folder);
  await assert.rejects(takeDataFolder(folder), (error: unknown) => {
    assert.ok(error instanceof Refusal);
    assert.match(error.message, new RegExp(`process ${process.pid}\\b`));
    return true;
  });
  await held.release();
  await (await takeDataFolder(folder)).release();
  assert.deepEqual(await readdir(folder), []);
});

test('a file left by a crash does not keep the folder, also where its number runs again or was cut off', async () => {
  const numberOfAnother = `${process.pid} 1\n`;
  for (const left of ['4194304 5\n', numberOfAnother, '', '12']) {
    await writeFile(file, left);
    const taken = await takeDataFolder(folder);
    assert.match(await readFile(file, 'utf8'), new RegExp(`^${process.pid} `));
    await taken.release();
  }
});

test('of many that start at once over a stale file one gets the folder, each time', async () => {
  for (let round = 0; round < 50; round++) {
    await writeFile(file, '4194304 5\n');
    // One that died while it removed the file is over as well.
    if (round % 2 === 1) await writeFile(`${file}.removal`, '4194304 6\n');
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataFolder(folder)));
    const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    assert.equal(taken.length, 1);
    assert.ok(
      outcomes.every((outcome) => outcome.status === 'fulfilled' || outcome.reason instanceof Refusal),
    );
    await taken[0]!.value.release();
    assert.deepEqual(await readdir(folder), []);
  }
});
