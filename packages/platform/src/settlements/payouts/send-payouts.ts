import { type MarketId, type PayoutId, invariant } from '@halfhour/kernel';
import type { SettlementDeps } from '../deps.ts';
import { selectOpenPayouts } from './payout-store.ts';
import { settlePayout } from './settle-payout.ts';

const BATCH = 100;

/**
 * Sends all payouts that are due, and asks about those that are pending, one after the other. Whoever crashes between
 * the provider's answer and its writing asks for the same id again, which the provider pays once. Rejects where the
 * provider cannot be reached; the rest is sent the next time.
 */
export async function sendPayouts(deps: SettlementDeps, marketId: MarketId): Promise<void> {
  const { provider } = deps;
  if (provider === undefined) return;
  const market = await deps.markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  let after: PayoutId | undefined;
  for (;;) {
    const payouts = await selectOpenPayouts(deps.db, marketId, after, BATCH);
    for (const { id: payoutId, state, amountMinor, account } of payouts) {
      const order = { marketId, payoutId, amountMinor, currency: market.currency, to: account };
      const answer = await (state === 'due' ? provider.pay(order) : provider.ask(order));
      const settled = await settlePayout(deps, marketId, payoutId, answer, 'system');
      invariant(settled.ok, `payout ${payoutId} ended otherwise than the provider says`);
    }
    if (payouts.length < BATCH) return;
    after = payouts.at(-1)!.id;
  }
}
