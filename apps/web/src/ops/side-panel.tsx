import type { OrderId } from '@halfhour/kernel';
import { useEffect, useId, useRef, useState } from 'react';
import { text } from '../text/index.ts';
import { CourierDetails } from './courier-details.tsx';
import { useLive } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';
import { OrderDetails } from './order-details.tsx';
import { OrderList } from './order-list.tsx';
import { CourierList, StoreList } from './people-and-places.tsx';
import { StoreDetails } from './store-details.tsx';
import { useSelection } from './use-selection.ts';

const TABS = ['orders', 'couriers', 'stores'] as const;

/** The lists, and over them the details of what is selected; the lists stay as they were beneath. */
export function SidePanel() {
  const [selection, select] = useSelection();
  const lists = useRef<HTMLDivElement>(null);
  const details = useRef<HTMLDivElement>(null);
  const shownBefore = useRef(false);
  const shown = selection !== undefined;

  // The keyboard follows: into the details when they open, back to the list when they close.
  useEffect(() => {
    if (shown) details.current?.querySelector('button')?.focus({ preventScroll: true });
    else if (shownBefore.current) {
      lists.current?.querySelector<HTMLElement>('[role=listbox]')?.focus({ preventScroll: true });
    }
    shownBefore.current = shown;
  }, [shown]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div ref={lists} inert={shown} className="flex min-h-0 flex-1 flex-col">
        <Lists />
      </div>
      {shown && (
        <div
          ref={details}
          className="absolute inset-0 flex flex-col bg-surface"
          onKeyDown={(event) => {
            // A dialog over the details has an Escape of its own.
            if (event.key === 'Escape' && document.querySelector('dialog[open]') === null) select(undefined);
          }}
        >
          {selection.kind === 'order' && <OrderDetails key={selection.id} id={selection.id as OrderId} />}
          {selection.kind === 'courier' && <CourierDetails id={selection.id} />}
          {selection.kind === 'store' && <StoreDetails key={selection.id} id={selection.id} />}
        </div>
      )}
    </div>
  );
}

function Lists() {
  const [tab, setTab] = useState<(typeof TABS)[number]>('orders');
  const orders = useLive((state) => state.orders.size);
  const couriers = useLive((state) => state.figures.couriersOnShift);
  const stores = useLive((state) => state.stores.size);
  const format = useFormat();
  const counts = { orders, couriers, stores };
  const id = useId();
  return (
    <>
      <div role="tablist" className="flex shrink-0 border-b border-line">
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={tab === name}
            aria-controls={`${id}-panel`}
            onClick={() => setTab(name)}
            className={`flex h-10 flex-1 items-center justify-center gap-1.5 border-b-2 text-sm font-medium -outline-offset-2 ${
              tab === name ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink'
            }`}
          >
            {text.live.panel[name]}
            <span className="text-xs text-ink-3 tabular-nums">{format.number(counts[name])}</span>
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tab}`}
        className="flex min-h-0 flex-1 flex-col"
      >
        {tab === 'orders' ? <OrderList /> : tab === 'couriers' ? <CourierList /> : <StoreList />}
      </div>
    </>
  );
}
