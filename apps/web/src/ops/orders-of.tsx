import type { OrderSummary } from '@halfhour/contract';
import { text } from '../text/index.ts';
import { useLive, useMarketNow } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';
import { boardRows, NO_FILTER } from './order-board.ts';
import { RISK_INK, StateTag } from './tags.tsx';
import { useSelection } from './use-selection.ts';

/** More than a store or courier has at a time on all but the worst days. */
const MOST = 50;

/** The open orders of one store or courier, most urgent first. */
export function OrdersOf({ owns }: { owns: (order: OrderSummary) => boolean }) {
  const orders = useLive((state) => state.orders);
  const now = useMarketNow();
  const format = useFormat();
  const [, select] = useSelection();
  const rows = boardRows([...orders.values()].filter(owns), NO_FILTER, now, () => '').slice(0, MOST);
  if (rows.length === 0) return <p className="text-ink-2">{text.orders.none}</p>;
  return (
    <ul className="-mx-2">
      {rows.map(({ order, risk }) => (
        <li key={order.id}>
          <button
            type="button"
            onClick={() => select(order.id)}
            className="flex min-h-10 w-full items-center gap-3 rounded-md px-2 text-left hover:bg-surface-2"
          >
            <span className={`font-semibold tabular-nums ${RISK_INK[risk]}`}>
              {format.time(order.promiseLatest)}
            </span>
            <span className="min-w-0 flex-1 truncate">{order.address.label}</span>
            <StateTag state={order.state} />
          </button>
        </li>
      ))}
    </ul>
  );
}
