import type { MarketId } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
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
 * Runs a group of commands of a market as one transaction, or as two where changes need to read or touch stock: orders are
 * locked before stock by all, and stock in one go, so such changes do not share a transaction with placements.
 */
export async function runGroup(
  db: Database,
  deps: PlaceDeps & ChangeDeps,
  marketId: MarketId,
  commands: readonly Command[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const placements: { readonly index: number; readonly market: MarketRecord; readonly place: PlaceOrder }[] =
    [];
  const changes: { readonly index: number; readonly change: ChangeCommand }[] = [];
  commands.forEach((command, index) => {
    if (command.kind === 'place') placements.push({ index, market: command.market, place: command.place });
    else changes.push({ index, change: command.change });
  });
  const answer = (to: readonly { readonly index: number }[], answers: readonly Outcome[]): void =>
    to.forEach(({ index }, position) => void (outcomes[index] = answers[position]!));
  const given = changes.map(({ change }) => change);
  if (placements.length === 0) {
    answer(changes, await db.transaction((tx) => applyChanges(tx, deps, marketId, given)));
    return outcomes;
  }
  const { placed, changed } = await db.transaction(async (tx) => {
    const known = given.length === 0 ? [] : applyKnownChanges(tx, deps, marketId, given);
    const orders = placements.map(({ place }) => place);
    return { changed: known, placed: await placeOrders(tx, deps, placements[0]!.market, orders) };
  });
  answer(placements, placed);
  answer(changes, changed ?? (await db.transaction((tx) => applyChanges(tx, deps, marketId, given))));
  return outcomes;
}
