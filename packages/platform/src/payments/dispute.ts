import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type OrderId,
  currency,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { appendEvents } from '../events/index.ts';
import { type Posting, LOSSES, clearing, disputesOpen, postTransactions } from '../ledger/index.ts';
import { type Database, type Queryable, keyArray } from '../postgres/index.ts';
import { orderIdOf, selectPayment } from './payment-store.ts';
import type { DisputeNotification } from './provider.ts';

export type DisputeState = 'open' | 'won' | 'lost';

export interface DisputeRecord {
  readonly provider: string;
  readonly reference: string;
  readonly orderId: OrderId;
  readonly amountMinor: number;
  readonly state: DisputeState;
  /** Until when the provider takes evidence. */
  readonly evidenceDueAt: EpochMs | undefined;
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | undefined;
}

/**
 * What each step posts. The provider takes the money when a dispute is opened; won, it comes back, lost, it is the
 * platform's loss.
 */
function postingsOf(step: DisputeState, provider: string, amountMinor: number): Posting[] {
  const from = step === 'open' ? clearing(provider) : disputesOpen;
  const to = step === 'open' ? disputesOpen : step === 'won' ? clearing(provider) : LOSSES;
  return [
    { account: to, amountMinor },
    { account: from, amountMinor: -amountMinor },
  ];
}

/**
 * Takes what a provider tells of a dispute, once for each step; the end may come before the beginning, which is posted
 * with it then. One of a payment that we have not captured is passed over: reconciliation finds that.
 */
export async function takeDispute(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: IdSource },
  marketId: MarketId,
  provider: string,
  { paymentId, reference, status, amountMinor, evidenceDueAt }: DisputeNotification,
): Promise<void> {
  const orderId = orderIdOf(paymentId);
  await db.transaction(async (tx) => {
    const payment = await selectPayment(tx, marketId, orderId);
    if (payment === undefined || payment.provider !== provider || payment.capturedMinor === 0) return;
    const at = clock.now();
    const state: DisputeState = status === 'opened' ? 'open' : status;
    const rows = await tx.query<{ amount_minor: string }>(
      `insert into payments.dispute as dispute (market_id, provider, reference, order_id, amount_minor, state,
         evidence_due_at, opened_at, closed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, case $6 when 'open' then null else $8::timestamptz end)
       on conflict (market_id, provider, reference) do update
         set state = excluded.state, closed_at = excluded.closed_at
         where dispute.state = 'open' and excluded.state <> 'open'
       returning amount_minor`,
      [
        keyOf(marketId),
        provider,
        reference,
        keyOf(orderId),
        amountMinor,
        state,
        evidenceDueAt === undefined ? null : toRfc3339(evidenceDueAt),
        toRfc3339(at),
      ],
    );
    const [row] = rows;
    if (row === undefined) return;
    const disputedMinor = Number(row.amount_minor);
    // Told again, a step is posted already: its kind is of this dispute alone.
    const steps: DisputeState[] = state === 'open' ? ['open'] : ['open', state];
    postTransactions(
      tx,
      marketId,
      ids,
      steps.map((step) => ({
        kind: `dispute-${step}-${reference}`,
        reference: orderId,
        currency: currency(payment.currency),
        postedAt: at,
        postings: postingsOf(step, provider, disputedMinor),
      })),
    );
    appendEvents(tx, marketId, [
      {
        type: state === 'open' ? 'PaymentDisputed' : 'PaymentDisputeClosed',
        subject: orderId,
        at,
        by: 'system',
        data: {
          reference,
          amountMinor: disputedMinor,
          ...(state === 'open' ? {} : { outcome: state }),
          ...(evidenceDueAt === undefined ? {} : { evidenceDueAt: toRfc3339(evidenceDueAt) }),
        },
      },
    ]);
  });
}

/** What shoppers of these orders have asked of their bank, and have got or may still get; nothing of an order that has none. */
export async function selectDisputed(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, number>> {
  const rows = await db.query<{ order_id: string; disputed_minor: string }>(
    `select order_id, sum(amount_minor) as disputed_minor from payments.dispute
     where market_id = $1 and order_id = any($2::bigint[]) and state <> 'won' group by order_id`,
    [keyOf(marketId), keyArray(orderIds)],
  );
  return new Map(rows.map((row) => [idFromKey('ord', row.order_id), Number(row.disputed_minor)]));
}

/** Disputes, the newest first. */
export async function selectDisputes(
  db: Queryable,
  marketId: MarketId,
  state: DisputeState | undefined,
  limit: number,
): Promise<DisputeRecord[]> {
  const rows = await db.query<{
    provider: string;
    reference: string;
    order_id: string;
    amount_minor: string;
    state: DisputeState;
    evidence_due_at: EpochMs | null;
    opened_at: EpochMs;
    closed_at: EpochMs | null;
  }>(
    `select provider, reference, order_id, amount_minor, state, evidence_due_at, opened_at, closed_at
     from payments.dispute where market_id = $1 and ($2::text is null or state = $2)
     order by opened_at desc, reference limit $3`,
    [keyOf(marketId), state ?? null, limit],
  );
  return rows.map((row) => ({
    provider: row.provider,
    reference: row.reference,
    orderId: idFromKey('ord', row.order_id),
    amountMinor: Number(row.amount_minor),
    state: row.state,
    evidenceDueAt: row.evidence_due_at ?? undefined,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  }));
}
