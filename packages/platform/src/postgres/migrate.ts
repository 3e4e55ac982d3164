import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Migration, Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { type Result, err, ok } from '@halfhour/kernel';
import type { Database, Queryable } from './database.ts';

export type MigrationError =
  | { readonly code: 'database_newer'; readonly message: string }
  | { readonly code: 'migration_failed'; readonly migration: string; readonly message: string };

/**
 * Brings the database to the newest schema: the `migrations/` folder of each module, plain SQL, forward
 * only, in the order of module then number. All of it is one transaction under a lock, so an interrupted
 * run leaves nothing half done and two processes may start at once. A database that holds a migration
 * which this program does not know is newer than the program and is refused.
 *
 * @returns names of the migrations that were applied now
 */
export async function migrate(
  database: Database,
  modulesFolder: string,
): Promise<Result<readonly string[], MigrationError>> {
  const migrations = await readMigrations(modulesFolder);
  // The pool is the caller's: it is not ended here.
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: 'halfhour',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
    // A new file of an early module sorts before those of later ones that are applied already.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return ok((results ?? []).map((result) => result.migrationName));
  const message = error instanceof Error ? error.message : String(error);
  if (/corrupted migrations: previously executed migration/.test(message)) {
    return err({
      code: 'database_newer',
      message: `This database belongs to another version of Halfhour (${message}). Start that version, restore a backup made by this one, or begin with an empty database.`,
    });
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'unknown';
  return err({ code: 'migration_failed', migration: failed, message });
}

/**
 * Compares a database with this program, changing nothing: migrations that it holds and this program does not know,
 * and those that the next `migrate` would apply.
 */
export async function compareMigrations(
  database: Queryable,
  modulesFolder: string,
): Promise<{ readonly unknown: readonly string[]; readonly pending: readonly string[] }> {
  const known = new Set(Object.keys(await readMigrations(modulesFolder)));
  const rows = await database.query<{ name: string }>(`select name from halfhour.migration order by name`);
  const applied = new Set(rows.map(({ name }) => name));
  return {
    unknown: [...applied].filter((name) => !known.has(name)),
    pending: [...known].filter((name) => !applied.has(name)),
  };
}

async function readMigrations(modulesFolder: string): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const module of (await readdir(modulesFolder)).sort()) {
    const folder = join(modulesFolder, module, 'migrations');
    const files = await readdir(folder).catch(() => []);
    for (const file of files.filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      // What all modules build on comes first: they run in the order of their names.
      migrations[`${module === 'postgres' ? '0-postgres' : module}/${file.slice(0, -4)}`] = {
        up: async (db) => void (await sql.raw(text).execute(db)),
      };
    }
  }
  return migrations;
}
