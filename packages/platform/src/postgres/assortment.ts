import { type MarketId, keyOf } from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import type { Tx } from './database.ts';

/** The number of what a market sells: another one after each write of its stores, articles and offers. */
interface KnownNumber {
  readonly number: string;
  /** Groups that read it first, after one that was wrong: who changes one price may be changing a thousand. */
  doubts: number;
}

const MAX_MARKETS = 10_000;
const DOUBTED_GROUPS = 8;

const memories = new WeakMap<object, LRUCache<MarketId, KnownNumber>>();
/** What each transaction has asked Postgres to require already. */
const required = new WeakMap<Tx, string>();

function memoryOf(tx: Tx): LRUCache<MarketId, KnownNumber> {
  let memory = memories.get(tx.database);
  if (memory === undefined) memories.set(tx.database, (memory = new LRUCache({ max: MAX_MARKETS })));
  return memory;
}

/** The number that this process saw last; undefined where it is better to read. */
export function knownAssortment(tx: Tx, marketId: MarketId): string | undefined {
  const known = memoryOf(tx).get(marketId);
  return known === undefined || tx.attempt > 1 || known.doubts > 0 ? undefined : known.number;
}

/** Has the transaction fail, and run again, where the market's assortment has another number by now. */
export function requireAssortment(tx: Tx, marketId: MarketId, number: string): void {
  const asked = `${marketId} ${number}`;
  if (required.get(tx) === asked) return;
  required.set(tx, asked);
  tx.write(
    `select halfhour.require_rows(count(*), 1) from halfhour.assortment where market_id = $1 and number = $2`,
    [keyOf(marketId), number],
  );
}

/** The number as it is; undefined for a market that sells nothing. What is read after it is of it, or newer. */
export async function readAssortment(tx: Tx, marketId: MarketId): Promise<string | undefined> {
  const rows = await tx.query<{ number: string }>(
    'select number from halfhour.assortment where market_id = $1',
    [keyOf(marketId)],
  );
  const number = rows[0]?.number;
  if (number === undefined) return undefined;
  const memory = memoryOf(tx);
  const before = memory.get(marketId);
  if (before === undefined) memory.set(marketId, { number, doubts: 0 });
  else if (before.number !== number) memory.set(marketId, { number, doubts: DOUBTED_GROUPS });
  else if (before.doubts > 0) before.doubts -= 1;
  return number;
}
