import type { FileAnswer } from '@halfhour/contract';
import { type Currency, type MarketId, invariant } from '@halfhour/kernel';
import { type WantedForm, localText, wordsOf, writePaper } from '../../documents/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { invoiceNumber } from './bill-fees.ts';
import type { InvoiceRecord } from './invoice-store.ts';

/** A tax invoice or credit note as it was issued: all that stands in it is of that day, so it is the same for ever. */
export async function writeInvoice(
  { markets }: SettlementDeps,
  marketId: MarketId,
  invoice: InvoiceRecord,
  { format, language }: WantedForm,
): Promise<FileAnswer> {
  const market = await markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const words = wordsOf(language);
  const number = invoiceNumber(invoice.kind, invoice.year, invoice.serial);
  const title = invoice.kind === 'invoice' ? words.invoice : words.creditNote;
  const { issuer } = invoice;
  const time = (at: InvoiceRecord['from']): string => localText(at, market.timeZone);
  return writePaper(
    {
      title: `${title} ${number}`,
      name: number,
      language,
      currency: invoice.currency as Currency,
      at: invoice.issuedAt,
      facts: [
        [words.number, number],
        [words.issuedOn, invoice.issuedOn],
        [words.issuer, issuer.name],
        ...(issuer.taxId === undefined ? [] : [[words.taxId, issuer.taxId] as const]),
        ...(issuer.address === undefined ? [] : [[words.address, issuer.address] as const]),
        [words.to, `${invoice.merchantName} (${invoice.merchantId})`],
        [words.period, `${time(invoice.from)} – ${time(invoice.until)}`],
        [words.settlement, invoice.settlementId],
        ...(invoice.follows.length === 0 ? [] : [[words.corrects, invoice.follows.join(', ')] as const]),
        [words.currency, invoice.currency],
      ],
      columns: [
        { name: words.what, kind: 'text', share: 30 },
        { name: words.rate, kind: 'text', share: 14 },
        { name: words.net, kind: 'amount', share: 18 },
        { name: words.tax, kind: 'amount', share: 18 },
        { name: words.gross, kind: 'amount', share: 18 },
      ],
      rows: invoice.lines.map((line) => [
        [
          words.feeKinds[line.kind] ?? line.kind,
          ...(line.authority === undefined ? [] : [line.authority]),
        ].join(' · '),
        `${line.rateBp / 100} %`,
        line.netMinor,
        line.taxMinor,
        line.netMinor + line.taxMinor,
      ]),
      totals: [
        [words.net, invoice.netMinor],
        [words.tax, invoice.taxMinor],
        [words.gross, invoice.grossMinor],
      ],
      notes: [],
    },
    format,
  );
}
