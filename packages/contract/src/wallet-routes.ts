import { z } from 'zod';
import { inMarket, minor, moment, orderId, page, pageQuery, priceMinor, userId } from './common.ts';
import type { RouteContract } from './route.ts';

/** What a shopper has in store with the platform in a market. */
const wallet = z.object({
  currency: z.string(),
  balanceMinor: priceMinor,
  heldMinor: priceMinor.describe('Of the balance: what orders that are not paid for yet hold.'),
  availableMinor: priceMinor.describe('What can be spent: the balance without what is held.'),
  expiring: z
    .array(z.object({ amountMinor: priceMinor, expiresAt: moment }))
    .describe('Of the balance: what is gone if it is not spent by then, soonest first. It is spent first.'),
});

const walletMovement = z.object({
  id: z.string(),
  at: moment,
  cause: z
    .enum(['goodwill', 'refund', 'top_up', 'order', 'expired'])
    .describe('`order`: paid for an order. `expired`: credit that was not spent in time.'),
  amountMinor: minor.describe('Positive: came in. Negative: went out.'),
  balanceMinor: priceMinor.describe('After it.'),
  orderId: orderId.optional(),
  expiresAt: moment.optional(),
});

const inWallet = inMarket.extend({ userId });
const access = { shopper: 'own', support: 'market', operator: 'market', admin: 'all' } as const;

export const WALLET_ROUTES = {
  getWallet: {
    method: 'GET',
    path: '/v1/markets/{marketId}/wallets/{userId}',
    tag: 'Wallet',
    summary: 'What a shopper has in store: your own, or any of the market',
    description: 'Every user has one in every market; one that nothing was ever put into is empty.',
    access,
    params: inWallet,
    response: { status: 200, schema: wallet },
  },
  listWalletMovements: {
    method: 'GET',
    path: '/v1/markets/{marketId}/wallets/{userId}/movements',
    tag: 'Wallet',
    summary: 'What came into a wallet and went out of it, newest first',
    access,
    params: inWallet,
    query: pageQuery,
    response: { status: 200, schema: page(walletMovement) },
  },
} as const satisfies Record<string, RouteContract>;

export type Wallet = z.output<typeof wallet>;
export type WalletMovement = z.output<typeof walletMovement>;
