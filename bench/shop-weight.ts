import { spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BenchOptions } from './run.ts';

/**
 * What a phone must fetch of JavaScript before the shop's home page is drawn, in English: builds the web app and adds up,
 * compressed as gzip does it, the entry, what it imports, and the page's own pieces with what those import. The map loads
 * where it is looked at and is not in it. Which pieces belong to the page stands in the build's manifest.
 */
const WEB = join(import.meta.dirname, '..', 'apps', 'web');
/** The sources whose pieces the home page needs: where it starts, the surface, and the reader's language. */
const FIRST = ['index.html', 'src/shop/shop-page.tsx', 'src/text/en.ts'];
const GOAL_KILOBYTES = 200;

interface Piece {
  readonly file: string;
  readonly imports?: readonly string[];
}

export async function run({ json }: BenchOptions): Promise<void> {
  const built = spawnSync(
    'npm',
    ['run', '--silent', 'build', '--workspace', '@halfhour/web', '--', '--manifest'],
    {
      cwd: join(WEB, '..', '..'),
      encoding: 'utf8',
    },
  );
  if (built.status !== 0) throw new Error(`the web app could not be built:\n${built.stderr}`);
  const dist = join(WEB, 'dist');
  const manifest = JSON.parse(await readFile(join(dist, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    Piece
  >;
  const needed = new Set<string>();
  const visit = (name: string): void => {
    const piece = manifest[name];
    if (piece === undefined) throw new Error(`the build has no piece ${name}`);
    if (needed.has(piece.file)) return;
    needed.add(piece.file);
    for (const imported of piece.imports ?? []) visit(imported);
  };
  for (const name of FIRST) visit(name);
  const sizes = await Promise.all(
    [...needed]
      .filter((file) => file.endsWith('.js'))
      .map(async (file) => ({
        file,
        bytes: gzipSync(await readFile(join(dist, file)), { level: 9 }).length,
      })),
  );
  const compressedKilobytes = Math.round(sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 100) / 10;
  const result = {
    compressedKilobytes,
    goalKilobytes: GOAL_KILOBYTES,
    files: sizes.length,
    filesBuilt: (await readdir(join(dist, 'assets'))).filter((file) => file.endsWith('.js')).length,
  };
  if (json) return console.log(JSON.stringify(result));
  for (const { file, bytes } of sizes.toSorted((a, b) => b.bytes - a.bytes)) {
    console.log(`${(bytes / 1_000).toFixed(1).padStart(8)} kB  ${file}`);
  }
  console.log(
    `${compressedKilobytes.toFixed(1).padStart(8)} kB  in all, before the map; goal under ${GOAL_KILOBYTES}`,
  );
}
