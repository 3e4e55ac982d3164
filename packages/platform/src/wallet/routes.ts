import type { WalletMovement } from '@halfhour/contract';
import { type UserId, err, invariant, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { Authority, Handlers } from '../api/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { readWallets, selectMovements } from './wallet-store.ts';
import { type MovementDraft, availableOf } from './wallet.ts';

export interface WalletRouteDeps {
  readonly db: Queryable;
  readonly markets: Markets;
}

export function createWalletRoutes({
  db,
  markets,
}: WalletRouteDeps): Handlers<'getWallet' | 'listWalletMovements'> {
  return {
    async getWallet({ params: { marketId, userId }, authority }) {
      const market = await markets.get(marketId);
      if (market === undefined || !maySee(authority, userId)) return err({ code: 'not_found' });
      const [wallet] = await readWallets(db, marketId, [userId]);
      const { balanceMinor, heldMinor, expiring } = wallet!;
      return ok({
        currency: market.currency,
        balanceMinor,
        heldMinor,
        availableMinor: availableOf(wallet!),
        expiring: expiring.map(({ leftMinor, expiresAt }) => ({
          amountMinor: leftMinor,
          expiresAt: toRfc3339(expiresAt),
        })),
      });
    },

    async listWalletMovements({ params: { marketId, userId }, query, authority }) {
      const market = await markets.get(marketId);
      if (market === undefined || !maySee(authority, userId)) return err({ code: 'not_found' });
      const before = query.cursor === undefined ? undefined : parseId('mov', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const movements = await selectMovements(db, marketId, userId, { before, limit: query.limit });
      return ok({
        items: movements.map(toMovement),
        ...(movements.length === query.limit ? { next: movements.at(-1)!.id } : {}),
      });
    },
  };
}

function maySee(authority: Authority | undefined, userId: UserId): boolean {
  invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
  return authority.scope !== 'own' || authority.userId === userId;
}

function toMovement(movement: MovementDraft): WalletMovement {
  const { id, at, cause, amountMinor, balanceMinor, orderId, expiresAt } = movement;
  return {
    id,
    at: toRfc3339(at),
    cause,
    amountMinor,
    balanceMinor,
    ...(orderId === undefined ? {} : { orderId }),
    ...(expiresAt === undefined ? {} : { expiresAt: toRfc3339(expiresAt) }),
  };
}
