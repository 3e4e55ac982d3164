import { type Result, type UserId, invariant, parseId } from '@halfhour/kernel';
import { refundsDue, shopperReceivable } from '../ledger/index.ts';
import type { Database, Tx } from '../postgres/index.ts';
import type { WalletRefusal, Wallets } from '../wallet/index.ts';
import { orderIdOf } from './payment-store.ts';
import type { PaymentAnswer, PaymentProvider, PaymentRequest } from './provider.ts';

/** The method of stored value; an order keeps it with whose it is: `wallet:usr_…`. */
const WALLET = 'wallet';

/**
 * A shopper's stored value, as a provider: what an order costs is held at its placement, taken at the hand-over, let go
 * when it is cancelled, and refunds go back to it. The wallet posts what it takes and gives, in the transaction in which it
 * does, so nothing passes through clearing.
 */
export function createWalletProvider(db: Database, wallets: Wallets): PaymentProvider {
  const reference = ({ paymentId }: PaymentRequest): string => `wallet_${paymentId}`;

  /** Runs one thing of a wallet; not at all where whoever asked has gone, and will ask again. */
  function run<T>(
    request: PaymentRequest,
    signal: AbortSignal,
    act: (tx: Tx) => Promise<Result<T, WalletRefusal>[]>,
  ): Promise<PaymentAnswer> {
    return db.transaction(async (tx): Promise<PaymentAnswer> => {
      const [outcome] = await act(tx);
      if (signal.aborted) throw new Error('nobody waits for the answer any more');
      return outcome!.ok
        ? { kind: 'done', reference: reference(request) }
        : { kind: 'declined', reason: reasonOf(outcome!.error) };
    });
  }

  const hold = (request: PaymentRequest, signal: AbortSignal): Promise<PaymentAnswer> =>
    // An order that costs nothing needs nothing.
    request.amountMinor === 0
      ? Promise.resolve({ kind: 'done', reference: reference(request) })
      : run(request, signal, (tx) => wallets.reserveAll(tx, request.marketId, [wantOf(request)]));

  return {
    name: WALLET,
    postsItself: true,
    takes: (method) => method === WALLET,
    methodOf: (_method, shopperId) => `${WALLET}:${shopperId}`,
    authorise: hold,
    raise: hold,
    capture: (request, signal) =>
      request.amountMinor === 0
        ? Promise.resolve({ kind: 'done', reference: reference(request) })
        : run(request, signal, (tx) =>
            wallets.takeAll(tx, request.marketId, [{ ...wantOf(request), against: shopperReceivable }]),
          ),
    void: (request, signal) =>
      run(request, signal, async (tx) => {
        await wallets.releaseAll(tx, request.marketId, [wantOf(request)]);
        return [{ ok: true, value: undefined }];
      }),
    refund: (request, signal) =>
      run(request, signal, async (tx) => {
        await wallets.creditAll(tx, request.marketId, [
          { ...wantOf(request), cause: 'refund', reference: request.refundId, against: refundsDue },
        ]);
        return [{ ok: true, value: undefined }];
      }),
    readNotification: () => undefined,
  };
}

function wantOf({ method, paymentId, amountMinor }: PaymentRequest) {
  const userId: UserId | undefined = parseId('usr', method.slice(WALLET.length + 1));
  invariant(userId !== undefined, `not a wallet: ${method}`);
  return { userId, orderId: orderIdOf(paymentId), amountMinor };
}

function reasonOf(refusal: WalletRefusal): string {
  return refusal.code === 'not_enough'
    ? `There are only ${refusal.availableMinor} minor units in the wallet.`
    : `The order holds ${refusal.heldMinor} minor units of the wallet; what it held is ${refusal.state}.`;
}
