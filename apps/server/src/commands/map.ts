import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { Command } from 'commander';
import { type CityMap, decodeOsmPbf, OsmPbfError } from '@halfhour/engines/city';
import { buildStreetGraph, type StreetGraph } from '@halfhour/engines/streets';
import { writeCityFile } from '../city-file.ts';
import { Refusal } from '../refusal.ts';

interface ImportOptions {
  readonly name: string;
  readonly timeZone: string;
  readonly to?: string;
}

/** A city is some ten megabytes; this is a country, which would not fit into memory. */
const MAX_BYTES = 2 ** 30;

/** `halfhour map import`: an operator's own streets. */
export function register(program: Command): void {
  program
    .command('map')
    .description('the streets that markets are on')
    .command('import')
    .description('make a city file from an OpenStreetMap extract')
    .argument('<extract>', 'such as porto.osm.pbf')
    .requiredOption('--name <name>', 'of the city, such as Porto')
    .requiredOption('--time-zone <zone>', 'IANA name, such as Europe/Lisbon')
    .option('--to <file>', 'where to write it (beside the extract, as .city)')
    .action(importMap);
}

async function importMap(extract: string, options: ImportOptions): Promise<void> {
  const to = resolve(options.to ?? extract.replace(/(\.osm)?\.pbf$/, '') + '.city');
  if (to === resolve(extract)) throw new Refusal('--to must be another file than the extract.');
  const city = cityOf(await readExtract(extract), basename(extract), options);
  const graph = graphOf(city);
  await writeCityFile(to, city);
  process.stdout.write(`
  ${city.name}: ${city.streets.length} pieces of street with ${graph.nodeCount} crossings that reach each other,
  ${graph.forbiddenTurns.length} forbidden turns, ${city.addresses.length} addresses, ${city.places.length} places
  ${city.attribution}, to be shown with the map

  Next, a market there; each machine that serves it needs the file at this place:

    halfhour market create --map file:${to} --name ${JSON.stringify(city.name)} --currency …
`);
}

async function readExtract(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) {
      throw new Refusal(
        `${path} is larger than 1 GiB. Cut out the city: \`osmium extract -b west,south,east,north\`.`,
      );
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(`${path} cannot be read: ${(cause as Error).message}`);
  }
}

function cityOf(bytes: Uint8Array, file: string, { name, timeZone }: ImportOptions): CityMap {
  if (name.trim() === '' || name.length > 100) throw new Refusal('--name must have 1 to 100 characters.');
  const zone = timeZoneOf(timeZone);
  try {
    const inflate = (data: Uint8Array, maxOutputLength: number): Uint8Array =>
      inflateSync(data, { maxOutputLength });
    return decodeOsmPbf(bytes, inflate, { name: name.trim(), timeZone: zone });
  } catch (error) {
    if (error instanceof OsmPbfError) throw new Refusal(`${file} is not imported. ${error.message}`);
    throw error;
  }
}

function timeZoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Refusal(`--time-zone must be an IANA name such as Europe/Lisbon (it is ${text}).`);
  }
}

/** What cannot be travelled is told now and not when a market opens. */
function graphOf(city: CityMap): StreetGraph {
  try {
    return buildStreetGraph(city);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal(`The extract is not imported: ${error.message}.`);
    throw error;
  }
}
