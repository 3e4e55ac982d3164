import { execFile } from 'node:child_process';
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian, and the packages of postgresql.org for other systems, put the programs of each version. */
const PACKAGES: readonly (readonly [folder: string, below: RegExp])[] = [
  ['/usr/lib/postgresql', /^\d+$/],
  ['/usr', /^pgsql-\d+$/],
  ['/opt/homebrew/opt', /^postgresql@\d+$/],
];

export interface PostgresTool {
  readonly path: string;
  /** The folder that it lies in, links followed, with its fellows of the same version. */
  readonly folder: string;
  readonly major: number;
}

/**
 * The installed programs of that name, on the path and where packages put them, the oldest version first.
 *
 * @param searchPath as in the environment variable `PATH`
 */
export async function findTools(name: string, searchPath: string): Promise<PostgresTool[]> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  for (const [root, below] of PACKAGES) {
    const names = await readdir(root).catch(() => []);
    folders.push(...names.filter((each) => below.test(each)).map((each) => join(root, each, 'bin')));
  }
  const found: PostgresTool[] = [];
  const paths = await Promise.all(
    folders.map((folder) => realpath(join(folder, name)).catch(() => undefined)),
  );
  for (const path of new Set(paths)) {
    const version = path === undefined ? undefined : await versionOf(path);
    if (version !== undefined) found.push({ path: path!, folder: dirname(path!), major: version });
  }
  return found.sort((a, b) => a.major - b.major);
}

/** `pg_basebackup (PostgreSQL) 15.10 (Debian 15.10-0+deb12u1)`, `postgres (PostgreSQL) 19beta1` */
async function versionOf(path: string): Promise<number | undefined> {
  const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
  return major === undefined ? undefined : Number(major);
}
