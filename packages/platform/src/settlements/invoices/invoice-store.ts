import type { Invoice, InvoiceIssuer } from '@halfhour/contract';
import {
  type AccountId,
  type EpochMs,
  type InvoiceId,
  type MarketId,
  type MerchantId,
  type OrderId,
  type SettlementId,
  type TransactionId,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import {
  type Queryable,
  type Tx,
  int4Array,
  int8Array,
  keyArray,
  momentArray,
  single,
  textArray,
} from '../../postgres/index.ts';
import { type Bill, type InvoiceLine, invoiceNumber } from './bill-fees.ts';

export interface InvoiceRecord extends Bill {
  readonly id: InvoiceId;
  readonly year: number;
  readonly serial: number;
  readonly settlementId: SettlementId;
  readonly merchantId: MerchantId;
  readonly merchantName: string;
  readonly issuer: InvoiceIssuer;
  readonly issuedAt: EpochMs;
  /** Of the market's calendar. */
  readonly issuedOn: string;
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly currency: string;
  readonly follows: readonly string[];
}

/** Where a page of entries ended. */
export interface FeePlace {
  readonly settlementId: SettlementId;
  readonly transactionId: TransactionId;
  readonly accountId: AccountId;
}

export interface FeeEntry extends FeePlace {
  readonly kind: string;
  readonly orderId: OrderId | undefined;
  readonly postedAt: EpochMs;
  readonly commissionMinor: number;
}

/** Entries of settlements, after `after`. */
export async function selectFeeEntries(
  tx: Tx,
  marketId: MarketId,
  settlementIds: readonly SettlementId[],
  after: FeePlace | undefined,
  limit: number,
): Promise<FeeEntry[]> {
  const rows = await tx.query<{
    settlement_id: string;
    transaction_id: string;
    account_id: string;
    kind: string;
    reference_kind: string;
    reference: string;
    posted_at: EpochMs;
    commission_minor: string;
  }>(
    `select settlement_id, transaction_id, account_id, kind, reference_kind, reference, posted_at, commission_minor
     from settlements.entry
     where market_id = $1 and settlement_id = any($2::bigint[])
       and ($3::bigint is null or (settlement_id, transaction_id, account_id) > ($3, $4::bigint, $5::bigint))
     order by settlement_id, transaction_id, account_id
     limit $6`,
    [
      keyOf(marketId),
      keyArray(settlementIds),
      after === undefined ? null : keyOf(after.settlementId),
      after === undefined ? null : keyOf(after.transactionId),
      after === undefined ? null : keyOf(after.accountId),
      limit,
    ],
  );
  return rows.map((row) => ({
    settlementId: idFromKey('stl', row.settlement_id),
    transactionId: idFromKey('txn', row.transaction_id),
    accountId: idFromKey('acc', row.account_id),
    kind: row.kind,
    orderId: row.reference_kind === 'ord' ? idFromKey('ord', row.reference) : undefined,
    postedAt: row.posted_at,
    commissionMinor: Number(row.commission_minor),
  }));
}

/**
 * Takes the next `count` numbers of a series. Its row is held until the transaction ends, and a transaction that fails gives
 * them back: no gaps.
 * @returns the first of them
 */
export async function takeSerials(
  tx: Tx,
  marketId: MarketId,
  series: { readonly kind: Invoice['kind']; readonly year: number },
  count: number,
): Promise<number> {
  const { last_serial: last } = single(
    await tx.query<{ last_serial: number }>(
      `insert into settlements.invoice_series as series (market_id, kind, year, last_serial) values ($1, $2, $3, $4)
       on conflict (market_id, kind, year) do update set last_serial = series.last_serial + excluded.last_serial
       returning last_serial`,
      [keyOf(marketId), series.kind, series.year, count],
    ),
  );
  return last - count + 1;
}

/** Of each settlement, the numbers of the invoices with other postings of the orders that it has. */
export async function selectFollowed(
  tx: Tx,
  marketId: MarketId,
  settlementIds: readonly SettlementId[],
): Promise<Map<SettlementId, string[]>> {
  const rows = await tx.query<{ settlement_id: string; year: number; serial: number }>(
    `select distinct mine.settlement_id, invoice.year, invoice.serial
     from settlements.entry as mine
     join settlements.entry as other on other.market_id = $1 and other.account_id = mine.account_id
       and other.reference_kind = 'ord' and other.reference = mine.reference
       and other.settlement_id <> mine.settlement_id
     join settlements.invoice on invoice.market_id = $1 and invoice.settlement_id = other.settlement_id
       and invoice.kind = 'invoice'
     where mine.market_id = $1 and mine.settlement_id = any($2::bigint[]) and mine.reference_kind = 'ord'
     order by mine.settlement_id, invoice.year, invoice.serial`,
    [keyOf(marketId), keyArray(settlementIds)],
  );
  const numbers = new Map<SettlementId, string[]>();
  for (const row of rows) {
    const id = idFromKey('stl', row.settlement_id);
    numbers.set(id, [...(numbers.get(id) ?? []), invoiceNumber('invoice', row.year, row.serial)]);
  }
  return numbers;
}

export async function insertInvoices(
  tx: Tx,
  marketId: MarketId,
  invoices: readonly InvoiceRecord[],
): Promise<void> {
  if (invoices.length === 0) return;
  await tx.query(
    `insert into settlements.invoice (market_id, invoice_id, kind, year, serial, settlement_id, merchant_id, merchant_name,
       issuer, issued_at, issued_on, from_at, until_at, currency, lines, net_minor, tax_minor, gross_minor, follows)
     select $1, id, kind, year, serial, settlement, merchant, merchant_name, issuer::jsonb, issued_at, issued_on::date,
       from_at, until_at, currency, lines::jsonb, net, tax, gross,
       array(select jsonb_array_elements_text(follows::jsonb))
     from unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
       $10::timestamptz[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[], $16::bigint[],
       $17::bigint[], $18::bigint[], $19::text[])
       as draft (id, kind, year, serial, settlement, merchant, merchant_name, issuer, issued_at, issued_on, from_at,
         until_at, currency, lines, net, tax, gross, follows)`,
    [
      keyOf(marketId),
      keyArray(invoices.map(({ id }) => id)),
      textArray(invoices.map(({ kind }) => kind)),
      int4Array(invoices.map(({ year }) => year)),
      int4Array(invoices.map(({ serial }) => serial)),
      keyArray(invoices.map(({ settlementId }) => settlementId)),
      keyArray(invoices.map(({ merchantId }) => merchantId)),
      textArray(invoices.map(({ merchantName }) => merchantName)),
      textArray(invoices.map(({ issuer }) => JSON.stringify(issuer))),
      momentArray(invoices.map(({ issuedAt }) => issuedAt)),
      textArray(invoices.map(({ issuedOn }) => issuedOn)),
      momentArray(invoices.map(({ from }) => from)),
      momentArray(invoices.map(({ until }) => until)),
      textArray(invoices.map(({ currency }) => currency)),
      textArray(invoices.map(({ lines }) => JSON.stringify(lines))),
      int8Array(invoices.map(({ netMinor }) => netMinor)),
      int8Array(invoices.map(({ taxMinor }) => taxMinor)),
      int8Array(invoices.map(({ grossMinor }) => grossMinor)),
      textArray(invoices.map(({ follows }) => JSON.stringify(follows))),
    ],
  );
}

/** Invoices, the newest first, before `before`. */
export async function selectInvoices(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly id?: InvoiceId | undefined;
    readonly merchantId?: MerchantId | undefined;
    readonly before?: InvoiceId | undefined;
    readonly limit: number;
  },
): Promise<InvoiceRecord[]> {
  const rows = await db.query<{
    invoice_id: string;
    kind: Invoice['kind'];
    year: number;
    serial: number;
    settlement_id: string;
    merchant_id: string;
    merchant_name: string;
    issuer: InvoiceIssuer;
    issued_at: EpochMs;
    issued_on: string;
    from_at: EpochMs;
    until_at: EpochMs;
    currency: string;
    lines: InvoiceLine[];
    net_minor: string;
    tax_minor: string;
    gross_minor: string;
    follows: string[];
  }>(
    `select invoice_id, kind, year, serial, settlement_id, merchant_id, merchant_name, issuer, issued_at,
       issued_on::text as issued_on, from_at, until_at, currency, lines, net_minor, tax_minor, gross_minor,
       to_json(follows) as follows
     from settlements.invoice
     where market_id = $1 and ($2::bigint is null or invoice_id = $2) and ($3::bigint is null or merchant_id = $3)
       and ($4::bigint is null or invoice_id < $4)
     order by invoice_id desc
     limit $5`,
    [
      keyOf(marketId),
      filter.id === undefined ? null : keyOf(filter.id),
      filter.merchantId === undefined ? null : keyOf(filter.merchantId),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('inv', row.invoice_id),
    kind: row.kind,
    year: row.year,
    serial: row.serial,
    settlementId: idFromKey('stl', row.settlement_id),
    merchantId: idFromKey('mer', row.merchant_id),
    merchantName: row.merchant_name,
    issuer: row.issuer,
    issuedAt: row.issued_at,
    issuedOn: row.issued_on,
    from: row.from_at,
    until: row.until_at,
    currency: row.currency,
    lines: row.lines,
    netMinor: Number(row.net_minor),
    taxMinor: Number(row.tax_minor),
    grossMinor: Number(row.gross_minor),
    follows: row.follows,
  }));
}
