import { type MarketId } from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import type { Tx } from './database.ts';
import { knownAssortment, readAssortment, requireAssortment } from './assortment.ts';

/** How rows of a table are read, whole or only what tells that they are unchanged. */
export interface RowSource<Id extends string, Row extends object> {
  /** How many rows a database's memory holds at most; the least recently asked for give way. */
  readonly max: number;
  /** What changes with each write of a row, such as its xmin; ids that do not exist are left out. */
  versions(tx: Tx, marketId: MarketId, ids: readonly Id[]): Promise<ReadonlyMap<Id, string>>;
  rows(tx: Tx, marketId: MarketId, ids: readonly Id[]): Promise<ReadonlyMap<Id, Row>>;
}

interface Remembered<Row> {
  readonly version: string;
  readonly row: Row;
  /** The number of the market’s assortment when the version was read last. */
  assortment: string | undefined;
}

/**
 * Reads rows as they are in a transaction: commands name the same rows again and again. Nothing is read where all of them
 * were read while the assortment had the number that this process knows; the transaction fails, and runs again, where Postgres has
 * another. Otherwise rows are read whole only where they are not remembered at their version. The table must be one whose
 * writes renumber the assortment (`halfhour.renumber_assortment`).
 *
 * @returns a function that gives the rows that exist of some ids
 */
export function rememberRows<Id extends string, Row extends object>({
  max,
  versions,
  rows,
}: RowSource<Id, Row>): (tx: Tx, marketId: MarketId, ids: readonly Id[]) => Promise<Map<Id, Row>> {
  const memories = new WeakMap<object, LRUCache<string, Remembered<Row>>>();

  function recall(
    memory: LRUCache<string, Remembered<Row>>,
    marketId: MarketId,
    ids: readonly Id[],
    assortment: string,
  ): Map<Id, Row> | undefined {
    const found = new Map<Id, Row>();
    for (const id of ids) {
      const entry = memory.get(`${marketId} ${id}`);
      if (entry?.assortment !== assortment) return undefined;
      found.set(id, entry.row);
    }
    return found;
  }

  return async (tx, marketId, ids) => {
    if (ids.length === 0) return new Map();
    let memory = memories.get(tx.database);
    if (memory === undefined) memories.set(tx.database, (memory = new LRUCache({ max })));
    const known = knownAssortment(tx, marketId);
    const recalled = known === undefined ? undefined : recall(memory, marketId, ids, known);
    if (recalled !== undefined) {
      requireAssortment(tx, marketId, known!);
      return recalled;
    }
    // Its number first: what is read after it is of it, or of a newer one and read again then.
    const [assortment, current] = await Promise.all([
      readAssortment(tx, marketId),
      versions(tx, marketId, ids),
    ]);
    const found = new Map<Id, Row>();
    const missing = new Map<Id, string>();
    for (const [id, version] of current) {
      const entry = memory.get(`${marketId} ${id}`);
      if (entry?.version === version) {
        entry.assortment = assortment;
        found.set(id, entry.row);
      } else missing.set(id, version);
    }
    if (missing.size === 0) return found;
    for (const [id, row] of await rows(tx, marketId, [...missing.keys()])) {
      found.set(id, row);
      // Read a moment after its version: remembered as older than it is at worst, and then read again.
      memory.set(`${marketId} ${id}`, { version: missing.get(id)!, row, assortment });
    }
    return found;
  };
}
