import type { PaymentAttention } from '@halfhour/contract';
import { type EpochMs, type MarketId, idFromKey, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

interface OverdueRow {
  readonly kind: PaymentAttention['kind'];
  readonly order_id: string | null;
  readonly exception_id: string | null;
  readonly amount_minor: string | null;
  readonly since: EpochMs;
  readonly detail: string;
}

/**
 * What providers were asked before `before` and have not answered, all open exceptions and disputes; at most `limit` of each, the
 * oldest. Each part reads a partial index.
 */
export async function selectOverdue(
  db: Queryable,
  marketId: MarketId,
  before: EpochMs,
  limit: number,
): Promise<PaymentAttention[]> {
  const rows = await db.query<OverdueRow>(
    `(select 'exception' as kind, order_id, exception_id, coalesce(ours_minor, theirs_minor) as amount_minor,
        found_at as since, detail
      from payments.exception where market_id = $1 and state = 'open' order by exception_id limit $3)
     union all
     (select 'dispute_open', order_id, null, amount_minor, opened_at,
        case when evidence_due_at is null then 'The shopper disputes it.'
          else format('The shopper disputes it; evidence is due by %s.', evidence_due_at) end
      from payments.dispute where market_id = $1 and state = 'open' order by opened_at limit $3)
     union all
     (select case state when 'capture_due' then 'capture_overdue' else 'void_overdue' end, order_id, null, amount_minor,
        updated_at, format('Asked %s times.', attempts)
      from payments.payment
      where market_id = $1 and state in ('capture_due', 'void_due') and updated_at <= $2::timestamptz
      order by next_attempt_at limit $3)
     union all
     (select 'refund_overdue', order_id, null, amount_minor, created_at, format('Asked %s times.', attempts)
      from payments.refund where market_id = $1 and state = 'due' and created_at <= $2::timestamptz
      order by next_attempt_at limit $3)`,
    [keyOf(marketId), toRfc3339(before), limit],
  );
  return rows.map((row) => ({
    kind: row.kind,
    ...(row.order_id === null ? {} : { orderId: idFromKey('ord', row.order_id) }),
    ...(row.exception_id === null ? {} : { exceptionId: idFromKey('exc', row.exception_id) }),
    ...(row.amount_minor === null ? {} : { amountMinor: Number(row.amount_minor) }),
    since: toRfc3339(row.since),
    detail: row.detail,
  }));
}
