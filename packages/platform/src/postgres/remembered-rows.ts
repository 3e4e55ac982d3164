import { type MarketId } from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import type { Tx } from './database.ts';

/** How rows of a table are read, whole or only what tells that they are unchanged. */
export interface RowSource<Id extends string, Row extends object> {
  /** How many rows a database's memory holds at most; the least recently asked for give way. */
  readonly max: number;
  /** What changes with each write of a row, such as its xmin; ids that do not exist are left out. */
  versions(tx: Tx, marketId: MarketId, ids: readonly Id[]): Promise<ReadonlyMap<Id, string>>;
  rows(tx: Tx, marketId: MarketId, ids: readonly Id[]): Promise<ReadonlyMap<Id, Row>>;
}

/**
 * Reads rows as they are in a transaction, whole only where this process does not remember them at their version:
 * commands name the same rows again and again.
 *
 * @returns a function that gives the rows that exist of some ids
 */
export function rememberRows<Id extends string, Row extends object>({
  max,
  versions,
  rows,
}: RowSource<Id, Row>): (tx: Tx, marketId: MarketId, ids: readonly Id[]) => Promise<Map<Id, Row>> {
  const memories = new WeakMap<object, LRUCache<string, { readonly version: string; readonly row: Row }>>();
  return async (tx, marketId, ids) => {
    let memory = memories.get(tx.database);
    if (memory === undefined) memories.set(tx.database, (memory = new LRUCache({ max })));
    const found = new Map<Id, Row>();
    const missing = new Map<Id, string>();
    for (const [id, version] of await versions(tx, marketId, ids)) {
      const entry = memory.get(`${marketId} ${id}`);
      if (entry?.version === version) found.set(id, entry.row);
      else missing.set(id, version);
    }
    if (missing.size === 0) return found;
    for (const [id, row] of await rows(tx, marketId, [...missing.keys()])) {
      found.set(id, row);
      // Read a moment after its version: remembered as older than it is at worst, and then read again.
      memory.set(`${marketId} ${id}`, { version: missing.get(id)!, row });
    }
    return found;
  };
}
