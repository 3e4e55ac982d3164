import type { AnswerOf, RouteOf } from '@halfhour/contract';
import { invariant, toRfc3339 } from '@halfhour/kernel';
import type { HoldRecord } from './hold-orders.ts';
import { invoiceNumber } from './invoices/bill-fees.ts';
import type { InvoiceRecord } from './invoices/invoice-store.ts';
import { maskAccount } from './payouts/bank-account.ts';
import { type PayeeId, toPayee } from './payee.ts';
import type { PayoutRecord } from './payouts/payout-store.ts';
import type { LineRecord, RunRecord, SettlementRecord } from './runs/run-store.ts';

/** Records as the API shows them. */

type PayeeNames = ReadonlyMap<PayeeId, string>;

function nameOf(payee: PayeeId, names: PayeeNames): string {
  const name = names.get(payee);
  invariant(name !== undefined, `no payee ${payee}`);
  return name;
}

export function toRun(run: RunRecord): AnswerOf<RouteOf<'getSettlementRun'>> {
  return {
    id: run.id,
    payees: run.payees,
    state: run.state,
    upTo: toRfc3339(run.upTo),
    startedAt: toRfc3339(run.startedAt),
    startedBy: run.startedBy,
    ...(run.closedAt === undefined ? {} : { closedAt: toRfc3339(run.closedAt) }),
    ...(run.closedBy === undefined ? {} : { closedBy: run.closedBy }),
    settlements: run.settlements,
    payoutMinor: run.payoutMinor,
  };
}

export function toSettlement(
  settlement: SettlementRecord,
  names: PayeeNames,
): AnswerOf<RouteOf<'getSettlement'>> {
  return {
    id: settlement.id,
    runId: settlement.runId,
    state: settlement.state === 'approved' ? 'approved' : 'open',
    payee: toPayee(settlement.payee),
    payeeName: nameOf(settlement.payee, names),
    upTo: toRfc3339(settlement.upTo),
    openingMinor: settlement.openingMinor,
    lines: settlement.lines,
    linesMinor: settlement.linesMinor,
    payoutMinor: settlement.payoutMinor,
    closingMinor: settlement.closingMinor,
    ...(settlement.carriedBecause === undefined ? {} : { carriedBecause: settlement.carriedBecause }),
    heldMinor: settlement.heldMinor,
    commissionMinor: settlement.commissionMinor,
  };
}

export function toLine(line: LineRecord): AnswerOf<RouteOf<'listSettlementLines'>>['items'][number] {
  return {
    transactionId: line.transactionId,
    kind: line.kind,
    ...(line.orderId === undefined ? {} : { orderId: line.orderId }),
    ...(line.storeId === undefined ? {} : { storeId: line.storeId }),
    postedAt: toRfc3339(line.postedAt),
    amountMinor: line.amountMinor,
    commissionMinor: line.commissionMinor,
  };
}

export function toHold(hold: HoldRecord): AnswerOf<RouteOf<'holdOrderSettlement'>> {
  return { ...hold, heldAt: toRfc3339(hold.heldAt) };
}

export function toPayout(payout: PayoutRecord, names: PayeeNames): AnswerOf<RouteOf<'recordPayoutOutcome'>> {
  return {
    id: payout.id,
    runId: payout.runId,
    settlementId: payout.settlementId,
    payee: toPayee(payout.payee),
    payeeName: nameOf(payout.payee, names),
    state: payout.state,
    amountMinor: payout.amountMinor,
    to: maskAccount(payout.account),
    createdAt: toRfc3339(payout.createdAt),
    ...(payout.settledAt === undefined ? {} : { settledAt: toRfc3339(payout.settledAt) }),
    ...(payout.failure === undefined ? {} : { failure: payout.failure }),
  };
}

export function toInvoice(invoice: InvoiceRecord): AnswerOf<RouteOf<'getInvoice'>> {
  const { year, serial, ...kept } = invoice;
  return {
    ...kept,
    number: invoiceNumber(invoice.kind, year, serial),
    issuedAt: toRfc3339(invoice.issuedAt),
    from: toRfc3339(invoice.from),
    until: toRfc3339(invoice.until),
    lines: [...invoice.lines],
    follows: [...invoice.follows],
  };
}
