import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import type { z } from 'zod';

/** What an earlier start has written; undefined where there was none. Throws when the file is damaged. */
export async function readPrivateJson(path: string, schema: z.ZodType): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}

/** Written whole or not at all, readable by its owner alone. */
export async function writePrivateJson(path: string, value: unknown): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, JSON.stringify(value), { mode: 0o600 });
  await chmod(partial, 0o600);
  await rename(partial, path);
}
