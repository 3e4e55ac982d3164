import './ticket.css';
import type { Order } from '@halfhour/contract';
import { createPortal } from 'react-dom';
import { useFormat } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { text } from '../../text/index.ts';
import { nameOf, optionsOf, pieces } from './order-words.ts';

/** What the kitchen and the bag need of an order: on paper alone, and nothing else is there. */
export function Ticket({ order, storeName }: { order: Order; storeName: string }) {
  const format = useFormat();
  const t = text.merchant.orders;
  return createPortal(
    <div className="ticket" aria-hidden data-testid="ticket">
      <p>{storeName}</p>
      <h1>{shortCode(order.id)}</h1>
      <p>
        {t.time.placed} {format.dateTime(order.placedAt)}
      </p>
      <p>
        {t.promise} {t.promised(format.time(order.promise.earliest), format.time(order.promise.latest))}
      </p>
      <ul>
        {order.lines.map((line, index) => (
          <li key={`${line.offerId}-${index}`}>
            <strong>{line.quantity}×</strong>
            <span>
              {nameOf(line.names)}
              {line.options.length > 0 && <small>{optionsOf(line)}</small>}
              <small>{t.substitutions[line.substitutions ?? 'ask']}</small>
            </span>
          </li>
        ))}
      </ul>
      <p>{t.pieces(pieces(order))}</p>
    </div>,
    document.body,
  );
}
