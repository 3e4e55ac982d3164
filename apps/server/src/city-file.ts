import { readFile, rename, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CityMap } from '@halfhour/engines/city';
import { Refusal } from './refusal.ts';

const FORMAT = 'halfhour city 1';

/** An imported city as a file, which a server reads when it starts. */
export async function writeCityFile(path: string, city: CityMap): Promise<void> {
  // Renamed when complete, so that a server never reads half of it.
  await writeFile(`${path}.part`, gzipSync(serialize({ format: FORMAT, city })));
  await rename(`${path}.part`, path);
}

/** Throws Refusal where the file is missing or is not one that `halfhour map import` has written. */
export async function readCityFile(path: string): Promise<CityMap> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Refusal(`The city file ${path} cannot be read: ${(cause as Error).message}`);
  });
  try {
    const { format, city } = deserialize(gunzipSync(bytes)) as { format?: unknown; city: CityMap };
    if (format === FORMAT) return city;
  } catch {
    // Said below.
  }
  throw new Refusal(`${path} is no city file. Make it anew with \`halfhour map import\`.`);
}
