import type { Order, OrderSummary, TimelineEntry } from '@halfhour/contract';
import type { OrderId } from '@halfhour/kernel';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { call } from '../api/index.ts';
import { language, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { DetailsHeader, Facts, Section, SelectLink } from './details.tsx';
import { useCourier, useLive, useMarketNow, useOrder } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';
import { isOpen } from './live-state.ts';
import { riskAt } from './order-board.ts';
import { shortCode } from '../ui/short-code.ts';
import { RiskTag, StateTag } from './tags.tsx';
import { supportPaths } from './support/paths.ts';
import { factsOf, humanise } from './timeline-text.ts';

/** Everything about one order; reads it again whenever the stream says that it changed. */
export function OrderDetails({ id }: { id: OrderId }) {
  const { id: marketId, slug } = useLive((state) => state.market);
  const summary = useOrder(id);
  const [cancelling, setCancelling] = useState(false);
  const params = { marketId, orderId: id };
  const queries = useQueryClient();
  const order = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) => call('getOrder', { params, signal }),
  });
  const timeline = useQuery({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => call('getOrderTimeline', { params, signal }),
  });
  const readAgain = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ['order', id] });
    void queries.invalidateQueries({ queryKey: ['timeline', id] });
  }, [queries, id]);
  const known = useRef(summary);
  useEffect(() => {
    if (known.current !== summary) readAgain();
    known.current = summary;
  }, [summary, readAgain]);
  const code = shortCode(id);
  return (
    <article data-testid="order-details" data-order={id} className="flex min-h-0 flex-1 flex-col">
      <DetailsHeader title={text.order.title(code)}>
        {order.data !== undefined && <StateTag state={summary?.state ?? order.data.state} />}
      </DetailsHeader>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {order.data !== undefined ? (
          <>
            <PromiseSummary order={order.data} summary={summary} />
            <Where order={order.data} />
            <Timeline entries={timeline.data?.items} error={timeline.error} />
            <Lines order={order.data} />
            <p className="px-4 pt-4">
              <Link href={supportPaths(slug).order(id)} className="text-accent hover:underline">
                {text.support.openFromMap}
              </Link>
            </p>
            {isOpen(order.data.state) && (
              <div className="p-4">
                <Button look="dangerPlain" className="w-full" onClick={() => setCancelling(true)}>
                  {text.order.cancel}
                </Button>
              </div>
            )}
          </>
        ) : order.isError ? (
          <ErrorNotice error={order.error}>
            <Button onClick={() => void order.refetch()}>{text.retry}</Button>
          </ErrorNotice>
        ) : (
          <Loading />
        )}
      </div>
      {cancelling && (
        <CancelDialog
          marketId={marketId}
          orderId={id}
          onClose={() => {
            setCancelling(false);
            readAgain();
          }}
        />
      )}
    </article>
  );
}

function PromiseSummary({ order, summary }: { order: Order; summary: OrderSummary | undefined }) {
  const format = useFormat();
  const now = useMarketNow();
  const latestMs = Date.parse(order.promise.latest);
  const expected = summary?.expectedDeliveryAt ?? order.expectedDeliveryAt;
  // An order that is not there yet cannot have been expected for a time that has passed.
  const at =
    order.deliveredAt !== undefined
      ? Date.parse(order.deliveredAt)
      : expected === undefined || order.cancelledAt !== undefined
        ? undefined
        : Math.max(Date.parse(expected), now);
  const spareMinutes = at === undefined ? undefined : Math.floor((latestMs - at) / 60_000);
  return (
    <div className="grid grid-cols-2 gap-px border-b border-line bg-line">
      <div className="bg-surface p-4">
        <p className="text-xs text-ink-3">{text.order.promised}</p>
        <p className="text-xl font-semibold tabular-nums">{format.time(order.promise.latest)}</p>
        {summary !== undefined && <RiskTag risk={riskAt(summary, now)} />}
      </div>
      <div className="bg-surface p-4">
        <p className="text-xs text-ink-3">
          {order.deliveredAt === undefined ? text.order.expected : text.order.delivered}
        </p>
        {at === undefined || spareMinutes === undefined ? (
          <p className="pt-1 text-ink-2">
            {order.cancelReason === undefined ? text.order.notPlanned : text.cancelReason[order.cancelReason]}
          </p>
        ) : (
          <>
            <p className="text-xl font-semibold tabular-nums">{format.time(at)}</p>
            <p className={`text-xs ${spareMinutes < 0 ? 'text-late' : 'text-ink-2'}`}>
              {spareMinutes < 0 ? text.order.lateBy(-spareMinutes) : text.order.early(spareMinutes)}
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function Where({ order }: { order: Order }) {
  const courier = useCourier(order.courierId);
  const format = useFormat();
  return (
    <Facts
      rows={[
        [text.order.address, order.address.label + (order.address.note ? ` (${order.address.note})` : '')],
        [
          text.order.store,
          <SelectLink testId="store-link" id={order.storeId}>
            {order.storeName}
          </SelectLink>,
        ],
        [
          text.order.courier,
          order.courierId === undefined ? (
            text.orders.noCourier
          ) : (
            <SelectLink id={order.courierId}>{courier?.name ?? shortCode(order.courierId)}</SelectLink>
          ),
        ],
        [text.order.placed, format.time(order.placedAt)],
        order.deliveryCode !== undefined && [text.order.code, order.deliveryCode],
      ]}
    />
  );
}

function Timeline({ entries, error }: { entries: readonly TimelineEntry[] | undefined; error: unknown }) {
  const format = useFormat();
  const stores = useLive((state) => state.stores);
  const couriers = useLive((state) => state.couriers);
  const nameOf = (id: string): string | undefined => (stores.get(id) ?? couriers.get(id))?.name;
  return (
    <Section title={text.order.timeline}>
      {entries === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <ErrorNotice error={error} />
        )
      ) : entries.length === 0 ? (
        <p className="text-ink-2">{text.order.noTimeline}</p>
      ) : (
        <ol
          data-testid="timeline"
          className="relative space-y-3 before:absolute before:inset-y-2 before:left-[3px] before:w-px before:bg-line"
        >
          {entries.map((entry, index) => (
            <li key={`${entry.at}/${index}`} className="relative pl-5">
              <span
                aria-hidden
                className={`absolute top-1.5 left-0 size-[7px] rounded-full ${index === entries.length - 1 ? 'bg-accent' : 'bg-ink-3'}`}
              />
              <p className="flex justify-between gap-3">
                <span className="font-medium">{humanise(entry.type)}</span>
                <time dateTime={entry.at} className="shrink-0 text-ink-2 tabular-nums">
                  {format.timeWithSeconds(entry.at)}
                </time>
              </p>
              <p className="text-xs text-ink-3">
                {[
                  text.order.by(text.role[entry.by as keyof typeof text.role] ?? entry.by),
                  ...factsOf(entry.data, format, nameOf).map(({ name, value }) => `${name}: ${value}`),
                ].join(' · ')}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function Lines({ order }: { order: Order }) {
  const format = useFormat();
  const named = (names: { en: string; es?: string | undefined; zh?: string | undefined }): string =>
    names[language] ?? names.en;
  const t = text.order;
  const sums: [string, number][] = [
    [t.items, order.itemsMinor],
    [t.deliveryFee, order.deliveryFeeMinor],
    [t.serviceFee, order.serviceFeeMinor],
    [t.tip, order.tipMinor],
  ];
  return (
    <Section title={t.lines}>
      <ul className="space-y-1.5">
        {order.lines.map((line, index) => (
          <li key={index} className="flex gap-3">
            <span className="w-7 shrink-0 text-ink-2 tabular-nums">{line.quantity}×</span>
            <span className="min-w-0 flex-1">
              {named(line.names)}
              {line.options.length > 0 && (
                <span className="block text-xs text-ink-3">
                  {line.options.map((option) => named(option.names)).join(', ')}
                </span>
              )}
            </span>
            <span className="shrink-0 tabular-nums">{format.money(line.totalMinor)}</span>
          </li>
        ))}
      </ul>
      <dl className="mt-3 space-y-1 border-t border-line pt-3 text-ink-2">
        {sums.map(([name, minor]) => (
          <div key={name} className="flex justify-between">
            <dt>{name}</dt>
            <dd className="tabular-nums">{format.money(minor)}</dd>
          </div>
        ))}
        <div className="flex justify-between font-semibold text-ink">
          <dt>{t.total}</dt>
          <dd className="tabular-nums">{format.money(order.totalMinor)}</dd>
        </div>
        <div className="flex justify-between text-xs text-ink-3">
          <dt>{t.taxContained}</dt>
          <dd className="tabular-nums">{format.money(order.taxMinor)}</dd>
        </div>
        {order.refundedMinor > 0 && (
          <div className="flex justify-between text-late">
            <dt>{t.refunded}</dt>
            <dd className="tabular-nums">{format.money(order.refundedMinor)}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
