import type { LatenessRisk, OrderState } from '@halfhour/contract';
import { Search, SlidersHorizontal, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { text } from '../text/index.ts';
import { IconButton } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { VirtualList } from '../ui/virtual-list.tsx';
import { useLive, useMarketNow } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';
import {
  type BoardRow,
  boardRows,
  countByRisk,
  isFiltering,
  minutesUntilDue,
  NO_FILTER,
  type OrderFilter,
} from './order-board.ts';
import { RISK_INK, StateTag } from './tags.tsx';
import { useSelection } from './use-selection.ts';

const ROW_PIXELS = 60;
const RISKS: readonly LatenessRisk[] = ['late', 'at_risk', 'on_time'];
const STATES: readonly OrderState[] = ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up'];
const DUE_MINUTES = [0, 5, 10, 15, 30, 60];

/** Open orders, most urgent first. */
export function OrderList() {
  const [filter, setFilter] = useState(NO_FILTER);
  const orders = useLive((state) => state.orders);
  const stores = useLive((state) => state.stores);
  const couriers = useLive((state) => state.couriers);
  const now = useMarketNow();
  const format = useFormat();
  const [selection, select] = useSelection();
  const nameOf = (id: string): string => (stores.get(id) ?? couriers.get(id))?.name ?? '';
  const counts = useMemo(() => countByRisk(orders.values(), now), [orders, now]);
  const rows = boardRows(orders.values(), filter, now, nameOf).map((row) => ({ ...row, id: row.order.id }));
  return (
    <>
      <Filters filter={filter} counts={counts} onChange={setFilter} />
      <p
        className="flex items-center justify-between border-b border-line px-3 py-1 text-xs text-ink-3"
        role="status"
      >
        {text.orders.shown(format.number(rows.length), format.number(orders.size))}
        {isFiltering(filter) && (
          <button type="button" className="underline" onClick={() => setFilter(NO_FILTER)}>
            {text.orders.clear}
          </button>
        )}
      </p>
      {rows.length === 0 ? (
        <Notice icon="empty" title={orders.size === 0 ? text.orders.none : text.orders.noneMatch} />
      ) : (
        <VirtualList
          items={rows}
          rowHeight={ROW_PIXELS}
          label={text.orders.list}
          chosenId={selection?.id}
          onChoose={select}
          testId="order-list"
          renderRow={(row) => <Row row={row} now={now} nameOf={nameOf} />}
        />
      )}
    </>
  );
}

function Row({ row, now, nameOf }: { row: BoardRow; now: number; nameOf: (id: string) => string }) {
  const { order, risk } = row;
  const minutes = minutesUntilDue(order, now);
  return (
    <div className="flex h-full items-center gap-3 px-3" data-risk={risk} data-state={order.state}>
      <span className={`w-16 shrink-0 text-right whitespace-nowrap ${RISK_INK[risk]}`}>
        <span className="text-lg font-semibold tabular-nums">
          {minutes < 0 ? text.orders.overdueBy(-minutes) : minutes}
        </span>{' '}
        <span className="text-xs">{text.orders.minuteUnit}</span>
        <span className="sr-only"> {text.risk[risk]}</span>
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{order.address.label}</span>
          <StateTag state={order.state} />
        </span>
        <span className="flex gap-2 text-xs text-ink-3">
          <span className="min-w-0 flex-1 truncate">{nameOf(order.storeId)}</span>
          <span className="max-w-[45%] truncate">
            {order.courierId === undefined ? text.orders.noCourier : nameOf(order.courierId)}
          </span>
        </span>
      </span>
    </div>
  );
}

function Filters({
  filter,
  counts,
  onChange,
}: {
  filter: OrderFilter;
  counts: Readonly<Record<LatenessRisk, number>>;
  onChange: (filter: OrderFilter) => void;
}) {
  const toggle = (risk: LatenessRisk): void => {
    const risks = new Set(filter.risks);
    if (!risks.delete(risk)) risks.add(risk);
    onChange({ ...filter, risks });
  };
  const [more, setMore] = useState(false);
  const select = 'h-9 min-w-0 flex-1 rounded-md border border-line bg-surface px-2 text-sm';
  return (
    <div className="space-y-2 border-b border-line p-3">
      <div className="flex gap-1.5">
        <div className="flex-1">
          <SearchField
            label={text.orders.search}
            value={filter.words}
            onChange={(words) => onChange({ ...filter, words })}
          />
        </div>
        <IconButton
          label={text.orders.moreFilters}
          aria-expanded={more}
          onClick={() => setMore(!more)}
          className="border border-line md:hidden"
        >
          <SlidersHorizontal className="size-4" />
        </IconButton>
      </div>
      <div role="group" aria-label={text.orders.filterRisk} className="flex gap-1.5">
        {RISKS.map((risk) => (
          <button
            key={risk}
            type="button"
            aria-pressed={filter.risks.has(risk)}
            onClick={() => toggle(risk)}
            className={`flex h-8 flex-1 items-center justify-center gap-1.5 rounded-md border text-xs font-medium whitespace-nowrap ${
              filter.risks.has(risk) ? 'border-current bg-surface-2' : 'border-line'
            } ${RISK_INK[risk]}`}
          >
            {text.risk[risk]}
            <span className="tabular-nums opacity-80">{counts[risk]}</span>
          </button>
        ))}
      </div>
      <div className={`gap-1.5 md:flex ${more ? 'flex' : 'hidden'}`}>
        <select
          aria-label={text.orders.filterState}
          className={select}
          value={filter.state ?? ''}
          onChange={({ target }) =>
            onChange({ ...filter, state: target.value === '' ? undefined : (target.value as OrderState) })
          }
        >
          <option value="">{text.orders.anyState}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {text.orderState[state]}
            </option>
          ))}
        </select>
        <select
          aria-label={text.orders.filterDue}
          className={select}
          value={filter.dueWithinMinutes ?? ''}
          onChange={({ target }) =>
            onChange({ ...filter, dueWithinMinutes: target.value === '' ? undefined : Number(target.value) })
          }
        >
          <option value="">{text.orders.anyDue}</option>
          {DUE_MINUTES.map((minutes) => (
            <option key={minutes} value={minutes}>
              {minutes === 0 ? text.orders.overdue : text.orders.dueWithin(minutes)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <div className="relative">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-ink-3" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 w-full rounded-md border border-line bg-surface pr-9 pl-8 text-base md:text-sm [&::-webkit-search-cancel-button]:hidden"
      />
      {value !== '' && (
        <IconButton label={text.orders.clear} className="absolute top-0 right-0" onClick={() => onChange('')}>
          <X className="size-4" />
        </IconButton>
      )}
    </div>
  );
}
