import {
  type Clock,
  type EpochMs,
  type Result,
  type StoreId,
  err,
  fromRfc3339,
  invariant,
  ok,
  parseId,
  toRfc3339,
} from '@halfhour/kernel';
import type { CancelReason, Order, Quote } from '@halfhour/contract';
import { type Party, readCharges } from '@halfhour/engines/pricing';
import { type ApiError, type ApiRequest, type Authority, type Handlers, requiredKey } from '../api/index.ts';
import { selectPayment, selectRefunded } from '../payments/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectAllStores } from '../stores/index.ts';
import type { Ordering } from './create-ordering.ts';
import { readOrderHistory } from './order-history.ts';
import { type Actor, type OrderChange, type OrderRecord, toOrder } from './order.ts';
import { listOrders, selectOrders } from './order-store.ts';
import { chargesFor } from './show-charges.ts';
import { readPaymentAttention } from './payment-attention.ts';

type Changing =
  | 'acceptOrder'
  | 'markOrderReady'
  | 'cancelOrder'
  | 'changeOrderLines'
  | 'changeOrderAddress'
  | 'substituteLine'
  | 'answerSubstitution';
type Paying =
  'receivePaymentNotification' | 'getOrderPayment' | 'completePaymentChallenge' | 'listPaymentAttention';
type Reading = 'listOrders' | 'getOrder' | 'getOrderTimeline';
type WithoutId<C> = C extends unknown ? Omit<C, 'orderId' | 'by'> : never;

export interface OrderingRouteDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly ordering: Ordering;
}

export function createOrderingRoutes({
  db,
  clock,
  ordering,
}: OrderingRouteDeps): Handlers<'createQuote' | 'placeOrder' | Paying | Changing | Reading> {
  async function change(
    request: ApiRequest<Changing>,
    change: WithoutId<OrderChange>,
  ): Promise<Result<Order, ApiError>> {
    const authority = required(request.authority);
    const changed = await ordering.change(
      request.params.marketId,
      { ...change, orderId: request.params.orderId, by: authority.role } as OrderChange,
      request.command,
      (order) => isOwn(order, authority),
    );
    return changed.ok ? ok(toOrder(changed.value, viewerOf(authority))) : changed;
  }

  return {
    createQuote: ({ params, body }) => ordering.quote(params.marketId, body),

    async placeOrder({ params, body, authority, command }) {
      const who = required(authority);
      const { expectedTotalMinor, expectedPromise, payment, ...basket } = body;
      const placed = await ordering.placeOrder(params.marketId, {
        shopperId: who.userId,
        command: requiredKey(command),
        basket,
        expectedTotalMinor,
        expectedPromise: expectedPromise === undefined ? undefined : toWindow(expectedPromise),
        paymentMethod: payment.method,
      });
      return placed.ok ? ok(toOrder(placed.value, { seesDeliveryCode: true })) : placed;
    },

    async listOrders({ params, query, authority }) {
      const who = required(authority);
      const before = query.cursor === undefined ? undefined : parseId('ord', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      let storeIds: StoreId[] | undefined = query.storeId === undefined ? undefined : [query.storeId];
      if (who.scope === 'own' && who.role === 'merchant') {
        const own = (await selectAllStores(db, params.marketId))
          .filter((store) => who.merchantIds.includes(store.merchantId))
          .map((store) => store.id);
        storeIds = storeIds === undefined ? own : storeIds.filter((id) => own.includes(id));
      }
      const orders = await listOrders(db, params.marketId, {
        shopperId: who.scope === 'own' && who.role === 'shopper' ? who.userId : undefined,
        storeIds,
        state: query.state,
        before,
        limit: query.limit,
      });
      return ok({
        items: orders.map((order) => toOrder(order, viewerOf(who))),
        ...(orders.length === query.limit ? { next: orders.at(-1)!.id } : {}),
      });
    },

    async getOrder(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { order, authority } = found.value;
      const charges = chargesFor(partyOf(authority), readCharges(order.charges));
      return ok({ ...toOrder(order, viewerOf(authority)), charges });
    },

    async getOrderTimeline(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const events = await readOrderHistory(db, request.params.marketId, request.params.orderId);
      return ok({
        items: events.map(({ type, at, by, data }) => ({ type, at: toRfc3339(at), by, data: { ...data } })),
      });
    },

    acceptOrder: (request) =>
      change(request, { kind: 'accept', preparationSeconds: request.body.preparationSeconds }),
    markOrderReady: (request) => change(request, { kind: 'ready' }),
    cancelOrder: (request) =>
      change(request, {
        kind: 'cancel',
        reason: cancelReasonOf(required(request.authority).role),
        note: request.body.note,
      }),
    changeOrderLines: (request) => change(request, { kind: 'change_lines', ...request.body }),
    changeOrderAddress: (request) => change(request, { kind: 'change_address', ...request.body }),
    substituteLine: (request) => change(request, { kind: 'substitute', ...request.body }),
    answerSubstitution: (request) => change(request, { kind: 'answer_substitution', ...request.body }),

    async getOrderPayment(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { order } = found.value;
      const { marketId, id: orderId } = order;
      const [payment, refunded] = await Promise.all([
        selectPayment(db, marketId, orderId),
        selectRefunded(db, marketId, orderId),
      ]);
      return ok({
        orderId,
        provider: order.payment.provider,
        // A payment is drawn up when its provider has answered.
        state: payment?.state ?? 'authorising',
        amountMinor: order.totalMinor,
        capturedMinor: payment?.capturedMinor ?? 0,
        refundedMinor: refunded.doneMinor,
        refundsDueMinor: refunded.dueMinor,
        ...(payment?.state === 'challenged' ? { challenge: payment.challenge } : {}),
      });
    },

    async completePaymentChallenge(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { params, body } = request;
      const completed = await ordering.completeChallenge(params.marketId, params.orderId, body.testOutcome);
      return completed.ok ? ok(toOrder(completed.value, viewerOf(found.value.authority))) : completed;
    },

    async listPaymentAttention({ params }) {
      return ok({ items: await readPaymentAttention(db, params.marketId, clock.now()) });
    },

    async receivePaymentNotification({ params, body, raw }) {
      const { marketId, providerName } = params;
      const taken = await ordering.receiveNotification(marketId, providerName, body, raw);
      return taken
        ? ok(undefined)
        : err({ code: 'unauthenticated', detail: 'The notification is not signed by this provider.' });
    },
  };
}

/** The order, if it is the caller's to see; otherwise as if there were none. */
export async function findOwn(
  db: Queryable,
  request: {
    readonly params: { readonly marketId: OrderRecord['marketId']; readonly orderId: OrderRecord['id'] };
    readonly authority: Authority | undefined;
  },
): Promise<Result<{ order: OrderRecord; authority: Authority }, ApiError>> {
  const authority = required(request.authority);
  const { marketId, orderId } = request.params;
  const order = (await selectOrders(db, marketId, [orderId])).get(orderId);
  if (order === undefined || !isOwn(order, authority)) return err({ code: 'not_found' });
  return ok({ order, authority });
}

function isOwn(order: OrderRecord, authority: Authority): boolean {
  if (authority.scope !== 'own') return true;
  switch (authority.role) {
    case 'shopper':
      return order.shopperId === authority.userId;
    case 'courier':
      return order.courierId !== undefined && authority.courierIds.includes(order.courierId);
    case 'merchant':
      return authority.merchantIds.includes(order.merchantId);
    default:
      return false;
  }
}

function viewerOf(authority: Authority): { readonly seesDeliveryCode: boolean } {
  return { seesDeliveryCode: authority.role === 'shopper' || authority.scope !== 'own' };
}

/** Whose charges a caller sees: its own, and the operator all. */
function partyOf({ scope, role }: Authority): Party | undefined {
  if (scope !== 'own') return undefined;
  return role === 'merchant' || role === 'courier' ? role : 'shopper';
}

function toWindow({ earliest, latest }: Quote['promise']): { earliest: EpochMs; latest: EpochMs } {
  const window = { earliest: fromRfc3339(earliest), latest: fromRfc3339(latest) };
  invariant(
    window.earliest !== undefined && window.latest !== undefined,
    'the contract lets in moments only',
  );
  return { earliest: window.earliest, latest: window.latest };
}

function cancelReasonOf(role: Actor): CancelReason {
  return role === 'shopper' || role === 'merchant' ? role : 'operator';
}

function required(authority: Authority | undefined): Authority {
  invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
  return authority;
}
