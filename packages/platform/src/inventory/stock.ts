import type { ArticleId, StoreId } from '@halfhour/kernel';

/** So much of one article at one store. */
export interface StockLine {
  readonly storeId: StoreId;
  readonly articleId: ArticleId;
  readonly quantity: number;
}

export interface Shortage {
  readonly articleId: ArticleId;
  readonly wanted: number;
  /** What could still be had when the demand's turn came. */
  readonly available: number;
}

export function stockName(line: { readonly storeId: StoreId; readonly articleId: ArticleId }): string {
  return `${line.storeId} ${line.articleId}`;
}

/** Joins lines of the same article at the same store, in (store, article) order: the order of all locks. */
export function joinLines(lines: readonly StockLine[]): StockLine[] {
  const joined = new Map<string, StockLine>();
  for (const line of lines) {
    const name = stockName(line);
    const before = joined.get(name);
    joined.set(name, before === undefined ? line : { ...line, quantity: before.quantity + line.quantity });
  }
  return [...joined.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, line]) => line);
}

/**
 * Decides demands in turn against what is available: each gets all of its lines or none. One that cannot be
 * met takes nothing, so it never makes a later one fail.
 *
 * @param available by `stockName`; articles that are absent are not counted and never short
 * @param confirm asked in its turn for each demand that could be met; where it says no, nothing is taken
 * @returns for each demand its shortages, empty when it is met
 */
export function grantInTurn(
  demands: readonly (readonly StockLine[])[],
  available: ReadonlyMap<string, number>,
  confirm: (demand: number) => boolean = () => true,
): { readonly shortages: Shortage[][]; readonly granted: StockLine[] } {
  const left = new Map(available);
  const granted: StockLine[] = [];
  const shortages = demands.map((demand, index) => {
    const counted = joinLines(demand).filter((line) => left.has(stockName(line)));
    const short = counted
      .filter((line) => left.get(stockName(line))! < line.quantity)
      .map((line) => ({
        articleId: line.articleId,
        wanted: line.quantity,
        available: left.get(stockName(line))!,
      }));
    if (short.length === 0 && confirm(index)) {
      for (const line of counted) {
        left.set(stockName(line), left.get(stockName(line))! - line.quantity);
        granted.push(line);
      }
    }
    return short;
  });
  return { shortages, granted: joinLines(granted) };
}
