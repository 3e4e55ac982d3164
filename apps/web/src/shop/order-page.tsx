import type { Order } from '@halfhour/contract';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Redirect } from 'wouter';
import { call, statusOf } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { Loading } from '../ui/notice.tsx';
import { CancelSheet } from './cancel-sheet.tsx';
import { ChallengePart } from './challenge-part.tsx';
import { ChangeLinesSheet } from './change-lines-sheet.tsx';
import { Charges } from './charges.tsx';
import { OrderLines } from './order-lines.tsx';
import { OrderSteps } from './order-steps.tsx';
import { Asked, LARGE, Part, Screen, Word } from './parts.tsx';
import { ProblemPart } from './problem-part.tsx';
import { useShop } from './shop-context.tsx';
import { useMarketNow } from './use-shop-data.ts';
import { isOver, useOrder } from './use-order.ts';
import { useReorder } from './use-reorder.ts';

// MapLibre is most of the app's size.
const OrderMap = lazy(async () => ({ default: (await import('./order-map.tsx')).OrderMap }));

/** One order, live: how far it is, where its courier is, and what can still be done about it. */
export function OrderPage({ orderId }: { orderId: string }) {
  const { path } = useShop();
  const { order, courier, live } = useOrder(orderId);
  if (statusOf(order.error) === 401) {
    return <Redirect to={path(`/sign-in?next=${encodeURIComponent(path(`/orders/${orderId}`))}`)} replace />;
  }
  return (
    <Screen title={order.data?.storeName ?? text.shop.orderTitle} back={path('/orders')}>
      <Asked query={order}>
        {(loaded) => (
          <div data-testid="order" data-state={loaded.state} data-live={live}>
            <Headline order={loaded} live={live} />
            {loaded.state === 'pending_payment' && <ChallengePart order={loaded} />}
            {(loaded.state === 'ready' || loaded.state === 'picked_up' || loaded.state === 'accepted') && (
              <div className="h-64 border-y border-line">
                <ErrorBoundary fallback={null}>
                  <Suspense fallback={<Loading />}>
                    <OrderMap order={loaded} courier={courier} />
                  </Suspense>
                </ErrorBoundary>
              </div>
            )}
            {loaded.deliveryCode !== undefined && !isOver(loaded) && loaded.state !== 'pending_payment' && (
              <div className="m-4 flex items-center justify-between gap-4 rounded-xl bg-accent-soft p-4">
                <div>
                  <p className="font-semibold">{text.shop.codeTitle}</p>
                  <p className="text-ink-2">{text.shop.codeHint}</p>
                </div>
                <p className="text-3xl font-bold tracking-widest tabular-nums" data-testid="delivery-code">
                  {loaded.deliveryCode}
                </p>
              </div>
            )}
            <OrderSteps order={loaded} />
            <Part title={text.shop.yourOrder}>
              <OrderLines order={loaded} />
            </Part>
            <Part title={text.shop.deliverTo}>
              <p className="font-medium">{loaded.address.label}</p>
              {loaded.address.note !== undefined && <p className="text-ink-2">{loaded.address.note}</p>}
            </Part>
            <Part title={text.shop.whatItCosts}>
              <Charges amounts={loaded} charges={loaded.charges} />
              <Refunds order={loaded} />
            </Part>
            {(loaded.state === 'delivered' || loaded.state === 'refunded') && <ProblemPart order={loaded} />}
            <Actions order={loaded} />
          </div>
        )}
      </Asked>
    </Screen>
  );
}

/** When it comes, or how it ended. */
function Headline({ order, live }: { order: Order; live: boolean }) {
  const { format } = useShop();
  const nowMs = useMarketNow(1_000);
  if (order.state === 'cancelled' || order.state === 'refunded' || order.state === 'delivered') {
    const { cancelReason, deliveredAt, state } = order;
    const isDelivered = state === 'delivered' || (state === 'refunded' && deliveredAt !== undefined);
    return (
      <div className="p-4">
        <Word
          tone={isDelivered ? 'good' : 'bad'}
          testId="ending"
          title={
            isDelivered ? text.shop.deliveredAt(format.time(deliveredAt!)) : text.shop.orderStates.cancelled
          }
          hint={cancelReason === undefined ? undefined : text.shop.cancelReasons[cancelReason]}
        />
      </div>
    );
  }
  const window = text.shop.between(format.time(order.promise.earliest), format.time(order.promise.latest));
  const expected = Date.parse(order.expectedDeliveryAt ?? order.promise.latest);
  const minutes = nowMs === undefined ? undefined : Math.ceil((expected - nowMs) / 60_000);
  return (
    <div className="space-y-1 p-4">
      <p className="text-ink-2" role="status">
        {text.shop.orderStates[order.state]}
        {!live && ` · ${text.shop.notLive}`}
      </p>
      <p
        className={`font-bold tabular-nums ${minutes !== undefined && minutes > 180 ? 'text-2xl' : 'text-3xl'}`}
        data-testid="countdown"
      >
        {minutes === undefined
          ? window
          : minutes > 180
            ? `${format.day(order.promise.earliest)} ${window}`
            : minutes >= 1
              ? text.shop.inMinutes(minutes)
              : text.shop.anyMoment}
      </p>
      <p className="text-ink-2">
        {text.shop.promised} <span className="tabular-nums">{window}</span>
        {order.expectedDeliveryAt !== undefined &&
          expected > Date.parse(order.promise.latest) &&
          ` · ${text.shop.laterThanPromised(format.time(order.expectedDeliveryAt))}`}
      </p>
    </div>
  );
}

/** What was given back, and what is on its way. */
function Refunds({ order }: { order: Order }) {
  const { market, format } = useShop();
  const payment = useQuery({
    queryKey: ['order-payment', market.id, order.id],
    queryFn: ({ signal }) =>
      call('getOrderPayment', { params: { marketId: market.id, orderId: order.id }, signal }),
    // The stream ends with the order; what the provider still has to answer comes after it.
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (data.refundsDueMinor > 0 || UNDER_WAY.includes(data.state)) ? 10_000 : false,
  });
  const due = payment.data?.refundsDueMinor ?? 0;
  const state = payment.data?.state;
  return (
    <div className="mt-3 space-y-2">
      {state !== undefined && <p className="text-sm text-ink-2">{text.shop.paymentStates[state]}</p>}
      {order.refundedMinor > 0 && (
        <Word
          tone="good"
          testId="refunded"
          title={text.shop.refunded(format.money(order.refundedMinor))}
          hint={due > 0 ? text.shop.refundDue(format.money(due)) : text.shop.refundDone}
        />
      )}
    </div>
  );
}

/** States of a payment that its provider has to answer. */
const UNDER_WAY: readonly (keyof typeof text.shop.paymentStates)[] = ['capture_due', 'void_due'];

const CHANGEABLE: readonly Order['state'][] = ['placed', 'accepted'];
const CANCELLABLE: readonly Order['state'][] = ['pending_payment', 'placed'];

function Actions({ order }: { order: Order }) {
  const [open, setOpen] = useState<'cancel' | 'change'>();
  const reorder = useReorder();
  return (
    <div className="space-y-3 p-4">
      {CHANGEABLE.includes(order.state) && (
        <Button className={LARGE} data-testid="change-order" onClick={() => setOpen('change')}>
          {text.shop.changeOrder}
        </Button>
      )}
      {CANCELLABLE.includes(order.state) && (
        <Button
          look="dangerPlain"
          className={LARGE}
          data-testid="cancel-order"
          onClick={() => setOpen('cancel')}
        >
          {text.shop.cancelOrder}
        </Button>
      )}
      {(order.state === 'accepted' || order.state === 'ready') && (
        <p className="text-ink-2">{text.shop.noMoreCancel}</p>
      )}
      {isOver(order) && (
        <Button look="primary" className={LARGE} data-testid="reorder" onClick={() => reorder(order)}>
          {text.shop.reorder}
        </Button>
      )}
      {open === 'cancel' && <CancelSheet order={order} onClose={() => setOpen(undefined)} />}
      {open === 'change' && <ChangeLinesSheet order={order} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
