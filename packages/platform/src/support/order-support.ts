import type { AnswerOf, RouteOf } from '@halfhour/contract';
import { type MarketId, type OrderId, type Result, err, localTime, ok, toRfc3339 } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { selectActions, toAction } from '../audit/index.ts';
import { selectRoutesOfOrders } from '../delivery/index.ts';
import { selectDecision } from '../dispatch/index.ts';
import { selectTransactions, toTransaction } from '../ledger/index.ts';
import { readOrderHistory, selectOrders, toOrder } from '../ordering/index.ts';
import { selectPayment } from '../payments/index.ts';
import { readWallets } from '../wallet/index.ts';
import { selectCases, toCase } from './case-store.ts';
import { selectCompensations, selectGiven, toCompensation } from './compensation-store.ts';
import type { SupportDeps } from './create-support.ts';
import { levelOf } from './policy.ts';
import { selectPolicy, selectRank } from './policy-store.ts';
import { readSignals } from './signals.ts';

/** So many of each kind are shown, the newest. */
const MOST = 200;

/** An order with everything that ever happened to it, from the modules that know, and what the caller may give for it. */
export async function readOrderSupport(
  { db, clock, markets }: SupportDeps,
  marketId: MarketId,
  orderId: OrderId,
  by: Authority,
): Promise<Result<AnswerOf<RouteOf<'getOrderSupport'>>, ApiError>> {
  const market = await markets.get(marketId);
  const order = (await selectOrders(db, marketId, [orderId])).get(orderId);
  if (market === undefined || order === undefined) return err({ code: 'not_found' });
  const now = clock.now();
  const ofOrder = { orderId, limit: MOST };
  const [events, payment, decision, routes, cases, compensations, actions, policy, wallet, given, rank] =
    await Promise.all([
      readOrderHistory(db, marketId, orderId),
      selectPayment(db, marketId, orderId),
      selectDecision(db, marketId, orderId),
      selectRoutesOfOrders(db, marketId, [orderId]),
      selectCases(db, marketId, ofOrder),
      selectCompensations(db, marketId, ofOrder),
      selectActions(db, marketId, ofOrder),
      selectPolicy(db, marketId),
      readWallets(db, marketId, [order.shopperId]),
      selectGiven(db, marketId, by.userId, localTime(now, market.timeZone).date),
      by.role === 'support' ? selectRank(db, marketId, by.userId) : undefined,
    ]);
  const [postings, signals] = await Promise.all([
    selectTransactions(db, marketId, {
      references: [orderId, ...compensations.map(({ id }) => id)],
      limit: MOST,
    }),
    readSignals(db, marketId, order, policy.signals, now),
  ]);
  const level = levelOf(by, rank);
  const { perOrderMinor, perDayMinor, mayApprove } = policy.levels[level];
  const goodwillMinor = compensations
    .filter(({ kind, state }) => kind === 'goodwill' && state === 'given')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const most = Math.min(perOrderMinor, policy.fourEyesAboveMinor);
  return ok({
    order: toOrder(order, { seesDeliveryCode: false }),
    timeline: events
      .slice(-MOST)
      .map(({ type, at, by: who, data }) => ({ type, at: toRfc3339(at), by: who, data: { ...data } })),
    payment:
      payment === undefined
        ? null
        : {
            provider: payment.provider,
            state: payment.state,
            amountMinor: payment.amountMinor,
            createdAt: toRfc3339(payment.createdAt),
          },
    postings: postings.map(toTransaction),
    dispatch: {
      routeIds: [...new Set(routes.values())],
      ...(decision === undefined ? {} : { decidedAt: toRfc3339(decision.at), reason: decision.reason }),
    },
    cases: cases.map(toCase),
    compensations: compensations.map(toCompensation),
    actions: actions.map(toAction),
    signals,
    wallet: { balanceMinor: wallet[0]!.balanceMinor, heldMinor: wallet[0]!.heldMinor },
    limits: {
      level,
      leftOnOrderMinor: Math.max(0, most - order.refundedMinor - goodwillMinor),
      leftTodayMinor: Math.max(0, perDayMinor - given),
      mayApprove,
    },
  });
}
