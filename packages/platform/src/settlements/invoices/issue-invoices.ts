import type { InvoiceIssuer } from '@halfhour/contract';
import { type EpochMs, type MerchantId, invariant, localTime } from '@halfhour/kernel';
import { appendEvents } from '../../events/index.ts';
import type { MarketRecord } from '../../markets/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { selectMerchants } from '../../stores/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { payeeKind } from '../payee.ts';
import type { SettlementRecord } from '../runs/run-store.ts';
import { billFees, invoiceNumber } from './bill-fees.ts';
import { type InvoiceRecord, insertInvoices, selectFollowed, takeSerials } from './invoice-store.ts';
import { readFees } from './read-fees.ts';

/**
 * Issues what each settlement with a merchant comes to in commission and fees: an invoice, or a credit note where more was
 * given back than charged. In the transaction that approves their run; numbers follow each other by market, kind and year
 * of its calendar, in the order of the settlements.
 */
export async function issueInvoices(
  { ids }: Pick<SettlementDeps, 'ids'>,
  tx: Tx,
  market: MarketRecord,
  settlements: readonly SettlementRecord[],
  issue: { readonly at: EpochMs; readonly by: string; readonly issuer: InvoiceIssuer | undefined },
): Promise<void> {
  const merchants = settlements.filter(({ payee }) => payeeKind(payee) === 'mer');
  if (merchants.length === 0) return;
  const fees = await readFees(
    tx,
    market.id,
    merchants.map(({ id }) => id),
  );
  const due = merchants.flatMap((settlement) => {
    const its = fees.get(settlement.id);
    const bill = its === undefined ? undefined : billFees(its.fees);
    return bill === undefined ? [] : [{ settlement, bill, from: its!.from }];
  });
  if (due.length === 0) return;
  const issuedOn = localTime(issue.at, market.timeZone).date;
  const year = Number(issuedOn.slice(0, 4));
  const serials = { invoice: await begin('invoice'), credit_note: await begin('credit_note') };
  const corrections = due.filter(({ bill }) => bill.kind === 'credit_note');
  const followed = await selectFollowed(
    tx,
    market.id,
    corrections.map(({ settlement }) => settlement.id),
  );
  const names = await selectMerchants(
    tx,
    market.id,
    due.map(({ settlement }) => settlement.payee as MerchantId),
  );
  const invoices = due.map(({ settlement, bill, from }): InvoiceRecord => {
    const merchant = names.get(settlement.payee as MerchantId);
    invariant(merchant !== undefined, `no merchant ${settlement.payee}`);
    return {
      ...bill,
      id: ids.next('inv'),
      year,
      serial: serials[bill.kind]++,
      settlementId: settlement.id,
      merchantId: merchant.id,
      merchantName: merchant.name,
      issuer: issue.issuer ?? { name: market.name },
      issuedAt: issue.at,
      issuedOn,
      from,
      until: settlement.upTo,
      currency: market.currency,
      follows: followed.get(settlement.id) ?? [],
    };
  });
  await insertInvoices(tx, market.id, invoices);
  appendEvents(
    tx,
    market.id,
    invoices.map(({ id, kind, serial, settlementId, merchantId, netMinor, taxMinor, grossMinor }) => ({
      type: 'InvoiceIssued',
      subject: id,
      at: issue.at,
      by: issue.by,
      data: {
        invoiceId: id,
        number: invoiceNumber(kind, year, serial),
        kind,
        settlementId,
        merchantId,
        netMinor,
        taxMinor,
        grossMinor,
      },
    })),
  );

  async function begin(kind: InvoiceRecord['kind']): Promise<number> {
    const count = due.filter(({ bill }) => bill.kind === kind).length;
    return count === 0 ? 0 : takeSerials(tx, market.id, { kind, year }, count);
  }
}
