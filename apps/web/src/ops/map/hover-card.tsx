import { text } from '../../text/index.ts';
import { useCourier, useOrder, useStore } from '../live-context.tsx';
import { useFormat } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import type { Hovered } from './map-view.ts';

/** One line about what the pointer is over. */
export function HoverCard({ hovered: { selection, x, y } }: { hovered: Hovered }) {
  const order = useOrder(selection.id);
  const courier = useCourier(selection.id);
  const store = useStore(selection.id);
  const format = useFormat();
  const [title, detail] =
    order !== undefined
      ? [
          `${text.order.title(shortCode(order.id))} · ${text.orderState[order.state]}`,
          `${text.order.promised} ${format.time(order.promiseLatest)} · ${order.address.label}`,
        ]
      : courier !== undefined
        ? [courier.name, `${text.courierStatus[courier.status]} · ${text.courier.load(courier.load)}`]
        : store !== undefined
          ? [
              store.name,
              `${text.storeKind[store.kind]} · ${store.status === 'open' && !store.openNow ? text.storeOutsideHours : text.storeStatus[store.status]}`,
            ]
          : [];
  if (title === undefined) return null;
  return (
    <div
      aria-hidden
      style={{ left: x, top: y }}
      className="pointer-events-none absolute z-10 max-w-64 -translate-x-1/2 -translate-y-[calc(100%+14px)] rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs shadow-md"
    >
      <p className="truncate font-medium">{title}</p>
      <p className="truncate text-ink-2">{detail}</p>
    </div>
  );
}
