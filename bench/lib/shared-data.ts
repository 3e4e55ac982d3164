import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of real data of that name, or undefined where it is not there. It lies in `shared/data` beside
 * the clone (one level higher where the clone is a worktree) and is never part of the repository.
 */
export function sharedData(name: string): string | undefined {
  const root = join(import.meta.dirname, '../..');
  return ['..', '../..'].map((up) => join(root, up, 'shared/data', name)).find((path) => existsSync(path));
}
