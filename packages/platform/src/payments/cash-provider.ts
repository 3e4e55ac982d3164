import type { Queryable } from '../postgres/index.ts';
import { selectCashPolicy } from './cash-store.ts';
import type { PaymentAnswer, PaymentProvider, PaymentRequest } from './provider.ts';

/** The provider and the method of cash on delivery. */
export const CASH = 'cash';

/**
 * Cash on delivery, as a provider: nothing is held, and an order above the market's limit is declined. The courier takes
 * the money at the door, which is posted with the hand-over (ordering's `cashOf`); nothing is ever to be captured here.
 * Money that was given by hand goes back by hand, so a refund is for a person.
 */
export function createCashProvider(db: Queryable): PaymentProvider {
  const done = ({ paymentId }: PaymentRequest): Promise<PaymentAnswer> =>
    Promise.resolve({ kind: 'done', reference: `cash_${paymentId}` });

  async function withinLimit(request: PaymentRequest): Promise<PaymentAnswer> {
    const policy = await selectCashPolicy(db, request.marketId);
    if (policy === undefined || policy.orderLimitMinor === 0) {
      return { kind: 'declined', reason: 'Cash is not taken here.' };
    }
    return request.amountMinor <= policy.orderLimitMinor
      ? done(request)
      : { kind: 'declined', reason: `Cash is taken up to ${policy.orderLimitMinor} minor units.` };
  }

  return {
    name: CASH,
    takes: (method) => method === CASH,
    authorise: withinLimit,
    raise: withinLimit,
    capture: done,
    void: done,
    refund: () =>
      Promise.resolve({
        kind: 'declined',
        reason: 'It was paid in cash: pay it back, and resolve it as such.',
      }),
    readNotification: () => undefined,
  };
}
