import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeOsmQaTiles, syntheticCity, type CityMap, type MapTile } from '@halfhour/engines/city';
import { readCityFile } from './city-file.ts';
import { Refusal } from './refusal.ts';

/**
 * Of the eight tiles of `@mapbox/mvt-fixtures` 4.0.0, in the order of their file names: file name, line feed, bytes, each.
 * Map data decides addresses and distances, so other data must be a decision and not an update by chance.
 */
const MONTEVIDEO_SHA256 = '1e853abf0a9b56b854954ee062b90ba328a366f196d3bf4361b63309e35ba8ef';
const TILE_FILE = /^(\d+)-(\d+)-(\d+)\.mvt$/;

/** Names of sources that `openCityMap` takes, for help texts. */
export const CITY_MAP_SOURCES = ['montevideo', 'synthetic:<seed>', 'file:<path>'] as const;

/**
 * Opens a city map by name: `montevideo` (real, 2017, OpenStreetMap tiles that an npm package ships),
 * `synthetic:<seed>` (made up, the same for the same seed) or `file:<path>` (imported). Throws an Error that says what to do where the
 * source is unknown, the package is missing, or its data is not the data that was tested.
 */
export async function openCityMap(source: string): Promise<CityMap> {
  if (source === 'montevideo') {
    const folder = join(packageFolder('@mapbox/mvt-fixtures'), 'real-world', 'osm-qa-montevideo');
    const tiles = await readTiles(folder, MONTEVIDEO_SHA256);
    return decodeOsmQaTiles(tiles, { name: 'Montevideo', timeZone: 'America/Montevideo' });
  }
  const seed = /^synthetic:(.{1,100})$/.exec(source)?.[1];
  if (seed !== undefined) return syntheticCity(seed, { blocks: 30 });
  const path = /^file:(.+)$/.exec(source)?.[1];
  if (path !== undefined) return readCityFile(path);
  throw new Refusal(`There is no city map "${source}". There is: ${CITY_MAP_SOURCES.join(', ')}.`);
}

/**
 * The tiles `z-x-y.mvt` in a folder, in the order of their names. Throws an Error that names the folder and
 * the checksum found where it is not `sha256`.
 */
export async function readTiles(folder: string, sha256: string): Promise<MapTile[]> {
  const files = (await readdir(folder)).filter((file) => TILE_FILE.test(file)).sort();
  const hash = createHash('sha256');
  const tiles: MapTile[] = [];
  for (const file of files) {
    const bytes = await readFile(join(folder, file));
    hash.update(`${file}\n`).update(bytes);
    const [, z, x, y] = TILE_FILE.exec(file)!;
    tiles.push({ z: Number(z), x: Number(x), y: Number(y), bytes });
  }
  const found = hash.digest('hex');
  if (found !== sha256) {
    throw new Error(
      `The map tiles in ${folder} are not the ones that were tested (SHA-256 ${found}). ` +
        'Run `npm ci` to install @mapbox/mvt-fixtures 4.0.0 again.',
    );
  }
  return tiles;
}

function packageFolder(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(`The package ${name} is not installed. Run \`npm ci\` first.`, { cause });
  }
}
