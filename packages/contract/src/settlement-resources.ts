import { z } from 'zod';
import { courierId, idSchema, merchantId, minor, moment, orderId, priceMinor, storeId } from './common.ts';

export const settlementRunId = idSchema('srn');
export const settlementId = idSchema('stl');
export const payoutId = idSchema('pyo');
export const invoiceId = idSchema('inv');

/** Who is paid: one of the two ids. */
export const payee = z.union([z.strictObject({ merchantId }), z.strictObject({ courierId })]);
export const payees = z.enum(['merchants', 'couriers']);

/** Printable, since it stands in files for banks. */
const bankText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}]*\S[^\p{C}]*$/u);

/** Where money is sent: an IBAN, or the number of an account with the code of its bank where there are no IBANs. */
export const bankAccount = z.union([
  z.strictObject({
    holder: bankText(70),
    iban: z.string().min(5).max(42).describe('With or without spaces; its check digits must be right.'),
    bic: z.string().min(8).max(11).optional(),
  }),
  z.strictObject({
    holder: bankText(70),
    accountNumber: z
      .string()
      .min(1)
      .max(34)
      .regex(/^[0-9A-Za-z-]+$/),
    bankCode: z
      .string()
      .min(1)
      .max(35)
      .regex(/^[0-9A-Za-z-]+$/)
      .describe('As banks of the country know it.'),
    bic: z.string().min(8).max(11).optional(),
  }),
]);

/** As it is shown: all but the last four characters are dots. */
export const maskedAccount = z.object({
  holder: z.string(),
  account: z.string(),
  bic: z.string().optional(),
});

const schedule = z
  .enum(['daily', 'weekly', 'on_demand'])
  .describe(
    'When the platform starts a run by itself: each day, or on Mondays, up to midnight of the market. A person approves it.',
  );

/** Who issues tax invoices, as it stands on them. */
const issuer = z.strictObject({
  name: bankText(140),
  taxId: bankText(40).optional().describe('As the tax authority knows it: RUT, VAT number, …'),
  address: bankText(300).optional(),
});

export const settlementPolicy = z.strictObject({
  merchants: schedule,
  couriers: schedule,
  minimumPayoutMinor: priceMinor.describe('Less than this is carried to the next settlement.'),
  payoutBy: z
    .enum(['provider', 'file'])
    .describe(
      '`file`: a person takes the pain.001 file of a run to the bank, and says what became of each payout.',
    ),
  debtor: bankAccount.optional().describe('The account that payouts are made from; files need it.'),
  issuer: issuer
    .optional()
    .describe('Who issues tax invoices; the name of the market stands on them where it is absent.'),
});

export const settlementRun = z.object({
  id: settlementRunId,
  payees,
  state: z
    .enum(['open', 'approved', 'discarded', 'empty'])
    .describe('`empty`: nothing was payable, so it ended by itself and pays nobody.'),
  upTo: moment.describe(
    'What was posted before this moment is in it, unless an earlier run has it or it is held.',
  ),
  startedAt: moment,
  startedBy: z.string().describe('The user, or `system` for a run by schedule.'),
  closedAt: moment.optional(),
  closedBy: z.string().optional(),
  settlements: z.int(),
  payoutMinor: minor.describe('What is paid out in all.'),
});

export const settlement = z.object({
  id: settlementId,
  runId: settlementRunId,
  state: z.enum(['open', 'approved']),
  payee,
  payeeName: z.string(),
  upTo: moment,
  openingMinor: minor.describe('Carried from the settlement before; below zero where the payee owes.'),
  lines: z.int(),
  linesMinor: minor,
  payoutMinor: minor,
  closingMinor: minor.describe('Opening and lines less the payout: what is carried on.'),
  carriedBecause: z.enum(['nothing_due', 'below_minimum', 'no_bank_account']).optional(),
  heldMinor: minor.describe(
    'Of orders that are held: in none of the other amounts, and payable once released.',
  ),
  commissionMinor: minor.describe('What the platform kept of these lines, less what it gave back.'),
});

export const settlementLine = z.object({
  transactionId: z.string(),
  kind: z.string().describe('Of the transaction in the ledger: `sale`, `refund-…`, `courier_pay`, …'),
  orderId: orderId.optional(),
  storeId: storeId.optional(),
  postedAt: moment,
  amountMinor: minor.describe('Positive where it is owed to the payee.'),
  commissionMinor: minor,
});

export const settlementHold = z.object({
  orderId,
  reason: z.string(),
  heldAt: moment,
  heldBy: z.string(),
});

export const payoutState = z.enum(['due', 'sent', 'paid', 'failed']);

export const payout = z.object({
  id: payoutId,
  runId: settlementRunId,
  settlementId,
  payee,
  payeeName: z.string(),
  state: payoutState.describe('`failed`: it is payable again, and in the next settlement.'),
  amountMinor: minor,
  to: maskedAccount,
  createdAt: moment,
  settledAt: moment.optional(),
  failure: z.string().optional(),
});

const invoiceKind = z.enum(['invoice', 'credit_note']);

const invoiceLine = z.object({
  kind: z.enum(['commission', 'service_fee']),
  taxClass: z.string().optional(),
  authority: z.string().optional(),
  rateBp: z.int().describe('Basis points; 0 where it is not taxed.'),
  netMinor: minor,
  taxMinor: minor,
});

export const invoice = z.object({
  id: invoiceId,
  number: z.string().describe('`INV-2026-000001` or `CRN-2026-000001`: without gaps by kind and year.'),
  kind: invoiceKind,
  settlementId,
  merchantId,
  merchantName: z.string(),
  issuer,
  issuedAt: moment,
  issuedOn: z.iso.date().describe("Of the market's calendar."),
  from: moment.describe('Its first line in the settlement.'),
  until: moment.describe("The settlement's cut."),
  currency: z.string(),
  lines: z.array(invoiceLine).describe('By reason and tax.'),
  netMinor: minor.describe('Of a credit note, what is given back: positive too.'),
  taxMinor: minor,
  grossMinor: minor,
  follows: z
    .array(z.string())
    .describe(
      'Of a credit note: the numbers of the invoices on which the orders were that it gives back for.',
    ),
});

export type BankAccount = z.output<typeof bankAccount>;
export type Payee = z.output<typeof payee>;
export type SettlementPolicy = z.output<typeof settlementPolicy>;
export type Invoice = z.output<typeof invoice>;
export type InvoiceIssuer = z.output<typeof issuer>;
