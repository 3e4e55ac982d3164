import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { buildStreetGraph } from '@halfhour/engines/streets';
import { openCityMap } from '../../apps/server/src/city-maps.ts';
import { encodeExtract, exampleExtract } from '../../packages/engines/src/city/osm-pbf-example.ts';

const folder = await mkdtemp(join(tmpdir(), 'halfhour-import-'));
after(() => rm(folder, { recursive: true }));
const MAIN = join(import.meta.dirname, '../../apps/server/src/main.ts');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [MAIN, 'map', 'import', ...args]).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
const named = ['--name', 'Pueblo', '--time-zone', 'America/Montevideo'];

test('an extract is imported by one command and opened as the map of a market', async () => {
  const extract = join(folder, 'pueblo.osm.pbf');
  await writeFile(extract, encodeExtract(exampleExtract, { deflate: (bytes) => deflateSync(bytes) }));
  const { stdout, stderr } = await run(extract, ...named);
  assert.equal(stderr, '');
  assert.match(stdout, /6 pieces of street.*1 forbidden turns, 3 addresses, 1 places/s);
  const source = /--map (file:\S+)/.exec(stdout)?.[1];
  assert.equal(source, `file:${join(folder, 'pueblo.city')}`);
  const city = await openCityMap(source);
  assert.equal(city.name, 'Pueblo');
  assert.equal(city.timeZone, 'America/Montevideo');
  assert.equal(city.addresses.houseNumber.length, 3);
  assert.equal(buildStreetGraph(city).forbiddenTurns.length, 1);
});

test('what cannot be imported is refused in a line that says what to do', async () => {
  const broken = join(folder, 'broken.osm.pbf');
  await writeFile(
    broken,
    encodeExtract(exampleExtract, { deflate: (bytes) => deflateSync(bytes) }).subarray(0, 100),
  );
  assert.match((await run(broken, ...named)).stderr, /^broken\.osm\.pbf is not imported.*cut it again\.\n$/);
  assert.match((await run(join(folder, 'none.pbf'), ...named)).stderr, /^.*none\.pbf cannot be read.*\n$/);
  assert.match((await run(broken, '--name', 'P', '--time-zone', 'Mars')).stderr, /^--time-zone must be.*\n$/);
});

test('a file that is no city file is refused', async () => {
  const path = join(folder, 'other.city');
  await writeFile(path, 'hello');
  await assert.rejects(openCityMap(`file:${path}`), /no city file.*halfhour map import/);
  await assert.rejects(openCityMap(`file:${path}.none`), /cannot be read/);
});
