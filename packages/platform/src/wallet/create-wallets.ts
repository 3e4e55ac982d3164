import {
  type Clock,
  type Currency,
  type IdSource,
  type MarketId,
  type MovementId,
  type OrderId,
  type Result,
  type UserId,
  err,
  invariant,
  keyOf,
  ok,
} from '@halfhour/kernel';
import { type EventDraft, appendEvents } from '../events/index.ts';
import { type TransactionDraft, GOODWILL, postTransactions, walletLiability } from '../ledger/index.ts';
import { selectMarkets } from '../markets/index.ts';
import type { Database, Tx } from '../postgres/index.ts';
import {
  insertMovements,
  lockWallets,
  requireOwn,
  selectCredited,
  selectExpired,
  selectHolds,
  writeExpiring,
  writeHolds,
} from './wallet-store.ts';
import {
  type Credit,
  type ExpiringCredit,
  type Hold,
  type MovementDraft,
  type OpenWallet,
  type Take,
  type WalletRefusal,
  type Want,
  availableOf,
  spendExpiring,
} from './wallet.ts';

export interface WalletDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/**
 * Stored value of shoppers. All but `expire` work in the caller's transaction, on a whole group in a few statements,
 * each item with its own outcome; one that is refused touches nothing and none of the others. Items are taken in the
 * order given, so of two that want the last of one wallet the first gets it. Each may be repeated: what was done is done.
 */
export interface Wallets {
  /** Holds so much of wallets for orders. An order that holds already holds the amount given afterwards. */
  reserveAll(
    tx: Tx,
    marketId: MarketId,
    wants: readonly Want[],
  ): Promise<Result<{ readonly heldMinor: number }, WalletRefusal>[]>;
  /** Pays from what orders hold, and lets go of the rest: Dr the wallet, Cr `against`. Of zero nothing is paid. */
  takeAll(
    tx: Tx,
    marketId: MarketId,
    takes: readonly Take[],
  ): Promise<Result<{ readonly takenMinor: number }, WalletRefusal>[]>;
  /** Lets go of what orders hold. One that holds nothing stays as it is. */
  releaseAll(tx: Tx, marketId: MarketId, orders: readonly Pick<Want, 'userId' | 'orderId'>[]): Promise<void>;
  /** Puts value into wallets: Dr `against`, Cr the wallet. */
  creditAll(tx: Tx, marketId: MarketId, credits: readonly Credit[]): Promise<MovementId[]>;
  /** Takes back goodwill that was not spent in time, of at most `limit` credits. @returns how many shoppers lost some */
  expire(marketId: MarketId, limit: number): Promise<number>;
}

export function createWallets(deps: WalletDeps): Wallets {
  const { db, clock, ids } = deps;
  const currencies = new Map<MarketId, Currency>();

  /** What a call comes to; written at its end in one statement a table. */
  function begin(tx: Tx, marketId: MarketId) {
    const at = clock.now();
    const holds = new Map<OrderId, Hold>();
    const movements: MovementDraft[] = [];
    const expiring: (ExpiringCredit & { readonly userId: UserId })[] = [];
    const postings: Omit<TransactionDraft, 'currency'>[] = [];
    const events: EventDraft[] = [];
    return {
      at,
      hold(hold: Hold): void {
        holds.set(hold.orderId, hold);
      },
      tell(type: string, subject: UserId, data: EventDraft['data']): void {
        events.push({ type, subject, at, by: 'system', data });
      },
      /** Moves a wallet and says so in the ledger and on the statement. */
      move(
        wallet: OpenWallet,
        {
          against,
          ...draft
        }: Omit<MovementDraft, 'userId' | 'at' | 'balanceMinor'> & Pick<Credit, 'against'>,
      ): void {
        const { userId } = wallet;
        wallet.balanceMinor += draft.amountMinor;
        if (draft.amountMinor < 0) {
          for (const credit of spendExpiring(wallet, -draft.amountMinor))
            expiring.push({ ...credit, userId });
        }
        movements.push({ ...draft, userId, at, balanceMinor: wallet.balanceMinor });
        postings.push({
          kind: `wallet_${draft.cause}`,
          reference: draft.reference,
          postedAt: at,
          postings: [
            { account: against, amountMinor: draft.amountMinor },
            { account: walletLiability(userId), amountMinor: -draft.amountMinor },
          ],
        });
      },
      expires(wallet: OpenWallet, credit: ExpiringCredit): void {
        wallet.expiring.push(credit);
        wallet.expiring.sort((a, b) => a.expiresAt - b.expiresAt || (a.movementId < b.movementId ? -1 : 1));
        expiring.push({ ...credit, userId: wallet.userId });
      },
      write(currency: Currency | undefined): void {
        writeHolds(tx, marketId, at, [...holds.values()]);
        insertMovements(tx, marketId, movements);
        writeExpiring(tx, marketId, expiring);
        if (postings.length > 0) {
          invariant(currency !== undefined, 'money is moved without a currency');
          postTransactions(
            tx,
            marketId,
            ids,
            postings.map((draft) => ({ ...draft, currency })),
          );
        }
        appendEvents(tx, marketId, events);
      },
    };
  }

  /** On the transaction's own connection: while all are in transactions, another would never come free. */
  const currencyOf = async (tx: Tx, marketId: MarketId): Promise<Currency> => {
    const known = currencies.get(marketId);
    if (known !== undefined) return known;
    const [market] = await selectMarkets(tx, marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    currencies.set(marketId, market.currency);
    return market.currency;
  };

  return {
    async reserveAll(tx, marketId, wants) {
      if (wants.length === 0) return [];
      const wallets = await lockWallets(tx, marketId, usersOf(wants));
      const holds = await selectHolds(tx, marketId, ordersOf(wants));
      const work = begin(tx, marketId);
      const outcomes = wants.map(
        ({ userId, orderId, amountMinor }): Result<{ heldMinor: number }, WalletRefusal> => {
          requireAmount(amountMinor);
          const wallet = wallets.get(userId)!;
          const before = holds.get(orderId);
          requireOwn(before, userId);
          if (before?.state === 'taken') return err(notHeld(before));
          const heldMinor = before?.state === 'held' ? before.amountMinor : 0;
          if (heldMinor === amountMinor) return ok({ heldMinor });
          const availableMinor = availableOf(wallet) + heldMinor;
          if (amountMinor > availableMinor) return err({ code: 'not_enough', availableMinor });
          wallet.heldMinor += amountMinor - heldMinor;
          const hold: Hold = { orderId, userId, amountMinor, state: 'held', takenMinor: 0 };
          holds.set(orderId, hold);
          work.hold(hold);
          work.tell('WalletReserved', userId, { orderId, amountMinor });
          return ok({ heldMinor: amountMinor });
        },
      );
      work.write(undefined);
      return outcomes;
    },

    async takeAll(tx, marketId, takes) {
      if (takes.length === 0) return [];
      const currency = await currencyOf(tx, marketId);
      const wallets = await lockWallets(tx, marketId, usersOf(takes));
      const holds = await selectHolds(tx, marketId, ordersOf(takes));
      const work = begin(tx, marketId);
      const outcomes = takes.map(
        ({ userId, orderId, amountMinor, against }): Result<{ takenMinor: number }, WalletRefusal> => {
          invariant(Number.isSafeInteger(amountMinor) && amountMinor >= 0, `not an amount: ${amountMinor}`);
          const wallet = wallets.get(userId)!;
          const before = holds.get(orderId);
          requireOwn(before, userId);
          if (before?.state === 'taken' && before.takenMinor === amountMinor) {
            return ok({ takenMinor: amountMinor });
          }
          if (before?.state !== 'held' || before.amountMinor < amountMinor) return err(notHeld(before));
          wallet.heldMinor -= before.amountMinor;
          const hold: Hold = { ...before, state: 'taken', takenMinor: amountMinor };
          holds.set(orderId, hold);
          work.hold(hold);
          if (amountMinor > 0) {
            const id = ids.next('mov');
            work.move(wallet, {
              id,
              cause: 'order',
              reference: orderId,
              orderId,
              amountMinor: -amountMinor,
              against,
            });
          }
          work.tell('WalletTaken', userId, { orderId, amountMinor });
          return ok({ takenMinor: amountMinor });
        },
      );
      work.write(currency);
      return outcomes;
    },

    async releaseAll(tx, marketId, orders) {
      if (orders.length === 0) return;
      const wallets = await lockWallets(tx, marketId, usersOf(orders));
      const holds = await selectHolds(tx, marketId, ordersOf(orders));
      const work = begin(tx, marketId);
      for (const { userId, orderId } of orders) {
        const before = holds.get(orderId);
        requireOwn(before, userId);
        if (before?.state !== 'held') continue;
        wallets.get(userId)!.heldMinor -= before.amountMinor;
        const hold: Hold = { ...before, state: 'released' };
        holds.set(orderId, hold);
        work.hold(hold);
        work.tell('WalletReleased', userId, { orderId, amountMinor: before.amountMinor });
      }
      work.write(undefined);
    },

    async creditAll(tx, marketId, credits) {
      if (credits.length === 0) return [];
      const currency = await currencyOf(tx, marketId);
      const wallets = await lockWallets(tx, marketId, usersOf(credits));
      const credited = await selectCredited(tx, marketId, credits);
      const work = begin(tx, marketId);
      const movements = credits.map((credit): MovementId => {
        const { userId, amountMinor, cause, reference, orderId, against, expiresAt } = credit;
        requireAmount(amountMinor);
        invariant(expiresAt === undefined || cause === 'goodwill', `a ${cause} does not expire`);
        const name = `${cause} ${keyOf(reference)}`;
        const before = credited.get(name);
        if (before !== undefined) {
          invariant(
            before.userId === userId && before.amountMinor === amountMinor,
            `${cause} ${reference} was another credit before`,
          );
          return before.id;
        }
        const id = ids.next('mov');
        const wallet = wallets.get(userId)!;
        work.move(wallet, { id, cause, reference, orderId, amountMinor, against, expiresAt });
        if (expiresAt !== undefined)
          work.expires(wallet, { movementId: id, leftMinor: amountMinor, expiresAt });
        work.tell('WalletCredited', userId, {
          cause,
          amountMinor,
          ...(orderId === undefined ? {} : { orderId }),
        });
        credited.set(name, { id, amountMinor, userId });
        return id;
      });
      work.write(currency);
      return movements;
    },

    async expire(marketId, limit) {
      const userIds = await selectExpired(db, marketId, clock.now(), limit);
      if (userIds.length === 0) return 0;
      return db.transaction(async (tx) => {
        const currency = await currencyOf(tx, marketId);
        const wallets = await lockWallets(tx, marketId, userIds);
        const work = begin(tx, marketId);
        let count = 0;
        for (const wallet of wallets.values()) {
          // What an order holds may be this credit: it is spent, or let go and taken back the next time.
          if (wallet.heldMinor > 0) continue;
          const due = wallet.expiring.filter(
            ({ leftMinor, expiresAt }) => leftMinor > 0 && expiresAt <= work.at,
          );
          if (due.length > 0) count += 1;
          for (const { movementId, leftMinor } of due) {
            const id = ids.next('mov');
            work.move(wallet, {
              id,
              cause: 'expired',
              reference: movementId,
              amountMinor: -leftMinor,
              against: GOODWILL,
            });
            work.tell('WalletCreditExpired', wallet.userId, { amountMinor: leftMinor });
          }
        }
        work.write(currency);
        return count;
      });
    },
  };
}

function usersOf(items: readonly { readonly userId: UserId }[]): UserId[] {
  return items.map(({ userId }) => userId);
}

function ordersOf(items: readonly { readonly orderId: OrderId }[]): OrderId[] {
  return items.map(({ orderId }) => orderId);
}

function requireAmount(amountMinor: number): void {
  invariant(Number.isSafeInteger(amountMinor) && amountMinor > 0, `not an amount: ${amountMinor}`);
}

function notHeld(hold: Hold | undefined): WalletRefusal {
  return {
    code: 'not_held',
    state: hold?.state ?? 'none',
    heldMinor: hold?.state === 'held' ? hold.amountMinor : 0,
  };
}
