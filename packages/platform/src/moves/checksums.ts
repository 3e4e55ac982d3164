import type pg from 'pg';
import { TABLES } from './tables.ts';
import type { MovedTable, Since } from './tables.ts';

/** Rows, and a sum over the hashes of each that does not depend on their order. */
async function checksum(
  side: pg.ClientBase,
  marketKey: string,
  table: MovedTable,
  where: string,
): Promise<string> {
  const { rows } = await side.query<{ sum: string }>(
    `select count(*) || ' rows, ' || coalesce(sum(hashtextextended(row::text, 0)::numeric), 0) as sum
     from ${table.name} as row where market_id = ${marketKey} and ${where}`,
  );
  return rows[0]!.sum;
}

/**
 * Compares both sides: of growing tables what has changed since a cut, or (`old`) all but that; of the others everything,
 * or nothing.
 *
 * @returns a line for each table that differs
 */
export async function compare(
  source: pg.ClientBase,
  target: pg.ClientBase,
  marketKey: string,
  since: Since,
  which: 'changed' | 'old',
): Promise<string[]> {
  const differences: string[] = [];
  for (const table of TABLES) {
    const changed = table.changed?.(since);
    if (which === 'old' && changed === undefined) continue;
    const where = changed === undefined ? 'true' : which === 'old' ? `not (${changed})` : changed;
    const [here, there] = await Promise.all([
      checksum(source, marketKey, table, where),
      checksum(target, marketKey, table, where),
    ]);
    if (here !== there) differences.push(`${table.name}: ${here} here, ${there} there`);
  }
  return differences;
}
