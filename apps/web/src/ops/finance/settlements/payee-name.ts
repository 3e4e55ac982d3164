import { text } from '../../../text/index.ts';
import { shortCode } from '../../order-board.ts';
import type { Settlement } from './use-settlements.ts';

/** Who is paid, by the short code that the other pages show of them. */
export function payeeName(payee: Settlement['payee']): string {
  const t = text.settlements;
  return 'merchantId' in payee
    ? t.merchant(shortCode(payee.merchantId))
    : t.courier(shortCode(payee.courierId));
}
