import type { MarketId } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { Database, Line } from '../postgres/index.ts';
import {
  type ChangeCommand,
  type ChangeDeps,
  type ChangeOutcome,
  applyChanges,
  applyKnownChanges,
} from './change-orders.ts';
import { type PlaceDeps, type PlaceOrder, type Placed, placeOrders } from './place-orders.ts';

export type Command =
  | { readonly kind: 'place'; readonly market: MarketRecord; readonly place: PlaceOrder }
  | { readonly kind: 'change'; readonly change: ChangeCommand };
export type Outcome = Placed | ChangeOutcome;

/**
 * Runs a group of commands of a market as one transaction. Changes that need to read or touch stock get one of their own
 * where there are placements too: orders are locked before stock by all, and stock in one go.
 *
 * Measured one after the other, life cycles over HTTP: 1,204 a second at 1,172 CPU-µs with both in one transaction and one lane,
 * 907 at 1,520 with placements and changes by turns, 864 at 1,579 with two lanes.
 */
export async function runGroup(
  db: Database,
  deps: PlaceDeps & ChangeDeps,
  marketId: MarketId,
  commands: readonly Command[],
  line: Line,
): Promise<Outcome[]> {
  const placements: PlaceOrder[] = [];
  const changes: ChangeCommand[] = [];
  let market: MarketRecord | undefined;
  for (const command of commands) {
    if (command.kind === 'change') changes.push(command.change);
    else {
      market = command.market;
      placements.push(command.place);
    }
  }
  const change = (): Promise<ChangeOutcome[]> =>
    db.transaction((tx) => applyChanges(tx, deps, marketId, changes), line);
  if (market === undefined) return change();
  const its = market;
  const { known, placed } = await db.transaction(async (tx) => {
    const outcomes = changes.length === 0 ? [] : applyKnownChanges(tx, deps, marketId, changes);
    return { known: outcomes, placed: await placeOrders(tx, deps, its, placements) };
  }, line);
  const changed = known ?? (await change());
  let nextPlaced = 0;
  let nextChanged = 0;
  return commands.map(({ kind }) => (kind === 'place' ? placed[nextPlaced++]! : changed[nextChanged++]!));
}
