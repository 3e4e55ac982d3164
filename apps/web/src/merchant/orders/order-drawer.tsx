import type { Order } from '@halfhour/contract';
import { Button, Drawer, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Minus, Plus, Printer } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/index.ts';
import { useFormat } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { text } from '../../text/index.ts';
import { Tag } from '../../ui/tag.tsx';
import { Fact, Facts } from '../../ui/work/fact.tsx';
import { Fetched } from '../../ui/work/fetched.tsx';
import type { DeskState } from '../desk/desk-state.ts';
import { useStoreParams } from '../store-context.tsx';
import { CancelOrder } from './cancel-order.tsx';
import { CommandFailure } from './command-failure.tsx';
import { Timer } from './order-card.tsx';
import { OrderLine } from './order-line.tsx';
import { Ticket } from './ticket.tsx';
import { useOrderCommand } from './use-order-command.ts';

interface Shown {
  readonly id: string | undefined;
  readonly desk: DeskState;
  readonly nowMs: number;
  readonly onClose: () => void;
}

/** One order in full, and all that the store can do with it. */
export function OrderDrawer({ id, desk, nowMs, onClose }: Shown) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="32rem"
      title={
        <span className="text-lg font-semibold">
          {id === undefined ? '' : text.order.title(shortCode(id))}
        </span>
      }
      closeButtonProps={{ 'aria-label': text.close }}
    >
      {id !== undefined && <Content key={id} id={id as Order['id']} desk={desk} nowMs={nowMs} />}
    </Drawer>
  );
}

/** Of the desk where it is open; one that is closed is read by itself, so that a link to it still leads somewhere. */
function Content({ id, desk, nowMs }: { id: Order['id']; desk: DeskState; nowMs: number }) {
  const open = desk.orders.find((order) => order.id === id);
  const { marketId } = useStoreParams();
  const closed = useQuery({
    queryKey: ['order', marketId, id],
    queryFn: ({ signal }) => call('getOrder', { params: { marketId, orderId: id }, signal }),
    enabled: open === undefined,
    staleTime: 0,
  });
  if (open !== undefined) return <Details order={open} desk={desk} nowMs={nowMs} />;
  return <Fetched query={closed}>{(order) => <Details order={order} desk={desk} nowMs={nowMs} />}</Fetched>;
}

function Details({ order, desk, nowMs }: { order: Order; desk: DeskState; nowMs: number }) {
  const format = useFormat();
  const t = text.merchant.orders;
  const courier = desk.couriers.find(({ id }) => id === order.courierId);
  const isOpen = order.state === 'placed' || order.state === 'accepted' || order.state === 'ready';
  return (
    <div className="space-y-5" data-testid="order-details" data-state={order.state}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="flex flex-wrap items-center gap-2">
          <Tag tone={order.state === 'cancelled' ? 'bad' : 'accent'}>{text.orderState[order.state]}</Tag>
          {order.cancelReason !== undefined && (
            <span className="text-ink-2">{text.cancelReason[order.cancelReason]}</span>
          )}
          {order.slot !== undefined && <Tag tone="accent">{t.scheduled}</Tag>}
        </span>
        {(isOpen || order.state === 'picked_up') && <Timer order={order} nowMs={nowMs} />}
      </div>
      <Actions order={order} desk={desk} />
      <section className="space-y-2">
        <h3 className="font-semibold">{text.order.lines}</h3>
        <ul className="divide-y divide-line rounded-lg border border-line">
          {order.lines.map((line, index) => (
            <OrderLine key={`${line.offerId}-${index}`} order={order} line={line} index={index} />
          ))}
        </ul>
        <dl className="space-y-1 px-3 tabular-nums">
          <Sum name={text.order.items}>{format.money(order.itemsMinor)}</Sum>
          <Sum name={text.order.total}>
            <strong>{format.money(order.totalMinor)}</strong>
          </Sum>
          {order.refundedMinor > 0 && (
            <Sum name={text.order.refunded}>{format.money(order.refundedMinor)}</Sum>
          )}
        </dl>
      </section>
      <section className="space-y-2">
        <h3 className="font-semibold">{t.handOver}</h3>
        <p className="text-ink-2">{t.handOverHint(shortCode(order.id))}</p>
        {courier === undefined ? (
          <p>{t.noCourier}</p>
        ) : (
          <p>{t.courierIs(courier.name, text.vehicle[courier.vehicle])}</p>
        )}
        <p className="text-ink-2">
          {order.address.label}
          {order.address.note !== undefined && <span className="block">{order.address.note}</span>}
        </p>
      </section>
      <section className="space-y-2">
        <h3 className="font-semibold">{t.times}</h3>
        <Facts>
          {times(order).map(([name, at]) => (
            <Fact key={name} name={name}>
              {format.time(at)}
            </Fact>
          ))}
          <Fact name={t.promise}>
            {t.promised(format.time(order.promise.earliest), format.time(order.promise.latest))}
          </Fact>
        </Facts>
      </section>
    </div>
  );
}

function Sum({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-2">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function times(order: Order): [string, string][] {
  const t = text.merchant.orders.time;
  const all: readonly [string, string | undefined][] = [
    [t.placed, order.placedAt],
    [t.begin, order.prepareAt],
    [t.accepted, order.acceptedAt],
    [t.expectedReady, order.readyAt === undefined ? order.expectedReadyAt : undefined],
    [t.ready, order.readyAt],
    [t.pickedUp, order.pickedUpAt],
    [t.delivered, order.deliveredAt],
    [t.cancelled, order.cancelledAt],
  ];
  return all.flatMap(([name, at]) => (at === undefined ? [] : [[name, at]]));
}

function Actions({ order, desk }: { order: Order; desk: DeskState }) {
  const t = text.merchant.orders;
  const usual = Math.max(1, Math.round(desk.store.preparationSeconds / 60));
  const [minutes, setMinutes] = useState(usual);
  const command = useOrderCommand(order.id);
  const step = (by: number): void => setMinutes((before) => Math.min(240, Math.max(1, before + by)));
  const mayCancel = order.state === 'placed' || order.state === 'accepted' || order.state === 'ready';
  return (
    <div className="space-y-3">
      <CommandFailure error={command.error} />
      {order.state === 'placed' && (
        <div className="flex flex-wrap items-end gap-2">
          <Button variant="default" size="md" px="sm" onClick={() => step(-5)} aria-label={t.fewerMinutes}>
            <Minus aria-hidden className="size-4" />
          </Button>
          <NumberInput
            label={t.minutes}
            size="md"
            w={110}
            min={1}
            max={240}
            allowDecimal={false}
            hideControls
            value={minutes}
            onChange={(value) => setMinutes(Number(value) || usual)}
          />
          <Button variant="default" size="md" px="sm" onClick={() => step(5)} aria-label={t.moreMinutes}>
            <Plus aria-hidden className="size-4" />
          </Button>
          <Button
            size="md"
            className="flex-1"
            loading={command.isPending}
            onClick={() =>
              command.mutate({ name: 'acceptOrder', body: { preparationSeconds: minutes * 60 } })
            }
          >
            {t.accept(minutes)}
          </Button>
        </div>
      )}
      {order.state === 'accepted' && (
        <Button
          fullWidth
          size="md"
          loading={command.isPending}
          onClick={() => command.mutate({ name: 'markOrderReady', body: {} })}
        >
          {t.ready}
        </Button>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          variant="default"
          data-testid="print"
          leftSection={<Printer aria-hidden className="size-4" />}
          onClick={() => window.print()}
        >
          {t.print}
        </Button>
        <Ticket order={order} storeName={desk.store.name} />
        {mayCancel && <CancelOrder orderId={order.id} />}
      </div>
    </div>
  );
}
