import type { Order } from '@halfhour/contract';
import { Button } from '@mantine/core';
import { Bike, ChevronRight, Clock, MessageCircleQuestion } from 'lucide-react';
import { useFormat } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { text } from '../../text/index.ts';
import { Tag } from '../../ui/tag.tsx';
import { countdown, deadlineOf, type DeskState, urgencyOf } from '../desk/desk-state.ts';
import { CommandFailure } from './command-failure.tsx';
import { nameOf, optionsOf, waitsForShopper } from './order-words.ts';
import { useOrderCommand } from './use-order-command.ts';

/** More lines than this are counted: the card stays a card. */
const LINES = 4;

/** An order on the board: what it is, how long there is for it, and the one thing that is next. */
export function OrderCard(props: { order: Order; desk: DeskState; nowMs: number; onOpen: () => void }) {
  const { order, desk, nowMs, onOpen } = props;
  const format = useFormat();
  const t = text.merchant.orders;
  const command = useOrderCommand(order.id);
  const courier = desk.couriers.find(({ id }) => id === order.courierId);
  const code = shortCode(order.id);
  const minutes = Math.max(1, Math.round(desk.store.preparationSeconds / 60));
  return (
    <li
      data-testid="order-card"
      data-id={order.id}
      data-state={order.state}
      className="space-y-2 rounded-lg border border-line bg-surface p-3 shadow-sm"
    >
      <div className="flex items-start justify-between gap-2">
        <button
          type="button"
          onClick={onOpen}
          className="rounded text-left font-mono text-lg leading-tight font-semibold hover:underline"
          aria-label={t.open(code)}
        >
          {code}
        </button>
        <Timer order={order} nowMs={nowMs} />
      </div>
      <ul className="space-y-0.5">
        {order.lines.slice(0, LINES).map((line, index) => (
          <li key={`${line.offerId}-${index}`} className="flex gap-2">
            <span className="w-6 shrink-0 text-right font-semibold tabular-nums">{line.quantity}×</span>
            <span className="min-w-0">
              {nameOf(line.names)}
              {line.options.length > 0 && <span className="block text-xs text-ink-2">{optionsOf(line)}</span>}
            </span>
          </li>
        ))}
        {order.lines.length > LINES && (
          <li className="pl-8 text-ink-2">{t.moreLines(order.lines.length - LINES)}</li>
        )}
      </ul>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2">
        <span className="inline-flex items-center gap-1">
          <Clock aria-hidden className="size-3.5" />
          {t.promised(format.time(order.promise.earliest), format.time(order.promise.latest))}
        </span>
        <span>{format.money(order.itemsMinor)}</span>
        {order.slot !== undefined && <Tag tone="accent">{t.scheduled}</Tag>}
        {waitsForShopper(order) && (
          <Tag tone="watch">
            <MessageCircleQuestion aria-hidden className="mr-1 inline size-3.5" />
            {t.asked}
          </Tag>
        )}
      </div>
      {courier !== undefined && (
        <p className="flex items-center gap-1.5 text-xs text-ink-2">
          <Bike aria-hidden className="size-3.5 text-courier" />
          {t.courierIs(courier.name, text.vehicle[courier.vehicle])}
        </p>
      )}
      <CommandFailure error={command.error} />
      {order.state === 'placed' && (
        <div className="flex gap-2">
          <Button
            fullWidth
            size="md"
            px="xs"
            data-testid="accept"
            loading={command.isPending}
            onClick={() => command.mutate({ name: 'acceptOrder', body: {} })}
          >
            {t.accept(minutes)}
          </Button>
          <Button
            variant="default"
            size="md"
            px="sm"
            className="shrink-0"
            onClick={onOpen}
            aria-label={`${t.details} ${code}`}
            title={t.details}
          >
            <ChevronRight aria-hidden className="size-4" />
          </Button>
        </div>
      )}
      {order.state === 'accepted' && (
        <Button
          fullWidth
          size="md"
          variant="light"
          data-testid="ready"
          loading={command.isPending}
          onClick={() => command.mutate({ name: 'markOrderReady', body: {} })}
        >
          {t.ready}
        </Button>
      )}
    </li>
  );
}

const TONES = {
  good: 'bg-surface-3 text-ink',
  watch: 'bg-at-risk-soft text-at-risk',
  bad: 'bg-late-soft text-late',
} as const;

/** The time that is left until what is next, and what that is. */
export function Timer({ order, nowMs }: { order: Order; nowMs: number }) {
  const format = useFormat();
  const t = text.merchant.orders;
  const deadline = deadlineOf(order);
  const urgency = urgencyOf(deadline, nowMs);
  const far = deadline.atMs - nowMs > 60 * 60_000;
  return (
    <span
      className={`rounded-md px-2 py-0.5 text-right text-xs ${TONES[deadline.of === 'begin' && urgency === 'watch' ? 'good' : urgency]}`}
      title={format.dateTime(deadline.atMs)}
    >
      <span className="block text-base leading-tight font-semibold tabular-nums" data-testid="timer">
        {far ? format.time(deadline.atMs) : countdown(deadline.atMs - nowMs)}
      </span>
      {t.deadline[deadline.of]}
    </span>
  );
}
