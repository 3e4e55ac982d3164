import type { Role } from '@halfhour/contract';
import {
  type ActionId,
  type EpochMs,
  type Id,
  type IdPrefix,
  type IdSource,
  type MarketId,
  type OrderId,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';

/** What a person did that moves money, or decides how it may be moved. */
export interface ActionDraft {
  readonly at: EpochMs;
  /** Who, and as what: the authority of the request. */
  readonly by: { readonly userId: UserId; readonly role: Role };
  /** Noun and past tense in snake case: `settlement_approved`. */
  readonly kind: string;
  /** What it was done to: the id of a compensation, a settlement, a tariff, a user. */
  readonly subject: Id<IdPrefix>;
  /** Where it is about an order: the trail of an order shows it. */
  readonly orderId?: OrderId | undefined;
  /** In minor units of the market's currency, where an amount is the matter. */
  readonly amountMinor?: number | undefined;
  /** Why, in the person's words or as a reason code; 1 to 2,000 characters. Absent where the person was not asked. */
  readonly reason?: string | undefined;
  /** What of the subject changed, as it was and as it is. */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
  /** Of the HTTP request, as the log has it. */
  readonly requestId: string;
}

export interface Action extends ActionDraft {
  readonly id: ActionId;
}

/**
 * Writes an action into the audit trail, in the transaction of what was done: one exists exactly if the other does.
 * It is sent with the next statement or the commit and waits for nothing.
 */
export function recordAction(tx: Tx, marketId: MarketId, ids: IdSource, action: ActionDraft): void {
  tx.write(
    `insert into audit.action (market_id, action_id, at, user_id, role, kind, subject_kind, subject, order_id,
       amount_minor, reason, before, after, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      keyOf(marketId),
      keyOf(ids.next('act')),
      toRfc3339(action.at),
      keyOf(action.by.userId),
      action.by.role,
      action.kind,
      action.subject.slice(0, 3),
      keyOf(action.subject),
      action.orderId === undefined ? null : keyOf(action.orderId),
      action.amountMinor ?? null,
      action.reason ?? null,
      action.before === undefined ? null : JSON.stringify(action.before),
      action.after === undefined ? null : JSON.stringify(action.after),
      action.requestId,
    ],
  );
}

export interface ActionFilter {
  readonly orderId?: OrderId | undefined;
  readonly userId?: UserId | undefined;
  /** From this moment on, and before that one. */
  readonly from?: EpochMs | undefined;
  readonly until?: EpochMs | undefined;
  /** Continues a list. */
  readonly before?: ActionId | undefined;
  readonly limit: number;
}

/** Actions of a market, newest first. */
export async function selectActions(
  db: Queryable,
  marketId: MarketId,
  filter: ActionFilter,
): Promise<Action[]> {
  const rows = await db.query<{
    action_id: string;
    at: EpochMs;
    user_id: string;
    role: Role;
    kind: string;
    subject_kind: IdPrefix;
    subject: string;
    order_id: string | null;
    amount_minor: string | null;
    reason: string | null;
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
    request_id: string;
  }>(
    `select action_id, at, user_id, role, kind, subject_kind, subject, order_id, amount_minor, reason, before, after,
       request_id
     from audit.action
     where market_id = $1
       and ($2::bigint is null or order_id = $2)
       and ($3::bigint is null or user_id = $3)
       and ($4::timestamptz is null or at >= $4)
       and ($5::timestamptz is null or at < $5)
       and ($6::bigint is null or (at, action_id) <
         (select last.at, last.action_id from audit.action as last where last.market_id = $1 and last.action_id = $6))
     order by at desc, action_id desc
     limit $7`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.userId === undefined ? null : keyOf(filter.userId),
      filter.from === undefined ? null : toRfc3339(filter.from),
      filter.until === undefined ? null : toRfc3339(filter.until),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('act', row.action_id),
    at: row.at,
    by: { userId: idFromKey('usr', row.user_id), role: row.role },
    kind: row.kind,
    subject: idFromKey(row.subject_kind, row.subject),
    orderId: row.order_id === null ? undefined : idFromKey('ord', row.order_id),
    amountMinor: row.amount_minor === null ? undefined : Number(row.amount_minor),
    reason: row.reason ?? undefined,
    before: row.before ?? undefined,
    after: row.after ?? undefined,
    requestId: row.request_id,
  }));
}
