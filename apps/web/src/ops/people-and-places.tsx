import type { CourierStatus } from '@halfhour/contract';
import { useMemo, useState } from 'react';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { VirtualList } from '../ui/virtual-list.tsx';
import { useLive } from './live-context.tsx';
import { fold } from './order-board.ts';
import { SearchField } from './order-list.tsx';
import { useSelection } from './use-selection.ts';

const ROW_PIXELS = 52;
const BUSY_FIRST: Readonly<Record<CourierStatus, number>> = {
  to_shopper: 0,
  at_store: 1,
  to_store: 2,
  idle: 3,
  off_shift: 4,
};

/** Couriers on shift, the busy ones first. The same list that the map draws, for those who cannot see it. */
export function CourierList() {
  const couriers = useLive((state) => state.couriers);
  const [words, setWords] = useState('');
  const [selection, select] = useSelection();
  const rows = useMemo(
    () =>
      [...couriers.values()]
        .filter((courier) => courier.status !== 'off_shift' && fold(courier.name).includes(fold(words)))
        .sort((a, b) => BUSY_FIRST[a.status] - BUSY_FIRST[b.status] || a.name.localeCompare(b.name)),
    [couriers, words],
  );
  return (
    <>
      <div className="border-b border-line p-3">
        <SearchField label={text.courier.search} value={words} onChange={setWords} />
      </div>
      {rows.length === 0 ? (
        <Notice icon="empty" title={words === '' ? text.courier.none : text.noneMatch} />
      ) : (
        <VirtualList
          items={rows}
          rowHeight={ROW_PIXELS}
          label={text.courier.list}
          chosenId={selection?.id}
          onChoose={select}
          testId="courier-list"
          renderRow={(courier) => (
            <TwoLines
              title={courier.name}
              under={text.vehicle[courier.vehicle]}
              right={text.courierStatus[courier.status]}
              rightUnder={courier.load === 0 ? '' : text.courier.load(courier.load)}
            />
          )}
        />
      )}
    </>
  );
}

/** Stores by name, those that take orders first. */
export function StoreList() {
  const stores = useLive((state) => state.stores);
  const [words, setWords] = useState('');
  const [selection, select] = useSelection();
  const rows = useMemo(
    () =>
      [...stores.values()]
        .filter((store) => fold(store.name).includes(fold(words)))
        .sort((a, b) => Number(b.openNow) - Number(a.openNow) || a.name.localeCompare(b.name)),
    [stores, words],
  );
  return (
    <>
      <div className="border-b border-line p-3">
        <SearchField label={text.store.search} value={words} onChange={setWords} />
      </div>
      {rows.length === 0 ? (
        <Notice icon="empty" title={words === '' ? text.store.none : text.noneMatch} />
      ) : (
        <VirtualList
          items={rows}
          rowHeight={ROW_PIXELS}
          label={text.store.list}
          chosenId={selection?.id}
          onChoose={select}
          testId="store-list"
          renderRow={(store) => (
            <TwoLines
              title={store.name}
              under={store.address.label}
              right={
                store.status === 'open' && !store.openNow
                  ? text.storeOutsideHours
                  : text.storeStatus[store.status]
              }
              rightUnder={text.storeKind[store.kind]}
            />
          )}
        />
      )}
    </>
  );
}

function TwoLines(row: { title: string; under: string; right: string; rightUnder: string }) {
  return (
    <div className="flex h-full flex-col justify-center px-3">
      <span className="flex gap-3">
        <span className="min-w-0 flex-1 truncate font-medium">{row.title}</span>
        <span className="shrink-0 text-ink-2">{row.right}</span>
      </span>
      <span className="flex gap-3 text-xs text-ink-3">
        <span className="min-w-0 flex-1 truncate">{row.under}</span>
        <span className="shrink-0">{row.rightUnder}</span>
      </span>
    </div>
  );
}
