import { countUnexplainedStock } from '@halfhour/platform/inventory';
import { selectImbalance } from '@halfhour/platform/ledger';
import { selectMarkets } from '@halfhour/platform/markets';
import { type Queryable, compareMigrations } from '@halfhour/platform/postgres';
import { MODULES_FOLDER } from './database.ts';

export interface DatabaseCheck {
  readonly markets: number;
  /** A line for each thing that does not hold; none in a sound database. */
  readonly problems: readonly string[];
  /** What the next start brings to the newest schema; with any the books are not looked at. */
  readonly pendingMigrations: readonly string[];
}

/** Whether this program can serve a database, and whether its books are sound: money adds up and stock is explained. */
export async function checkDatabase(db: Queryable): Promise<DatabaseCheck> {
  const { unknown, pending } = await compareMigrations(db, MODULES_FOLDER);
  const problems = unknown.map(
    (name) => `It holds the migration ${name} of a newer Halfhour: start that one.`,
  );
  if (problems.length + pending.length > 0) return { markets: 0, problems, pendingMigrations: pending };
  const markets = await selectMarkets(db);
  for (const { id, slug } of markets) {
    const { sumMinor, unbalanced } = await selectImbalance(db, id);
    if (sumMinor !== 0 || unbalanced !== 0) {
      problems.push(`The ledger of ${slug} is off by ${sumMinor} in ${unbalanced} transactions.`);
    }
    const unexplained = await countUnexplainedStock(db, id);
    if (unexplained !== 0) {
      problems.push(`Stock of ${unexplained} articles of ${slug} is not the sum of its movements.`);
    }
  }
  return { markets: markets.length, problems, pendingMigrations: [] };
}
