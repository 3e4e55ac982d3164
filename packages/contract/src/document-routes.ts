import { z } from 'zod';
import { courierId, day, idSchema, inMarket, moment, page, pageQuery } from './common.ts';
import type { RouteContract } from './route.ts';
import { invoiceId, settlementId } from './settlement-resources.ts';

const format = z.enum(['pdf', 'csv']);
const language = z.enum(['en', 'zh', 'es']);
const form = z.object({
  format: format.default('pdf').describe('A PDF has 1,000 lines at most, a CSV 50,000.'),
  language: language.default('en').describe('Of its words; names stay as they are.'),
});
const FILES = ['application/pdf', 'text/csv'] as const;
const STAFF = { operator: 'market', admin: 'all' } as const;
const inCourier = inMarket.extend({ courierId });
const shiftId = idSchema('shf');
const DETERMINISTIC = 'The same document is the same file, byte for byte.';

/** What merchants, couriers and their accountants keep: statements and invoices as files. */
export const DOCUMENT_ROUTES = {
  getSettlementStatement: {
    method: 'GET',
    path: '/v1/markets/{marketId}/settlements/{settlementId}/statement',
    tag: 'Settlements',
    summary: 'The statement of a settlement as PDF or CSV',
    description: `With all its lines and what was carried, paid and held. Merchants and couriers have theirs once the run is approved. ${DETERMINISTIC}`,
    access: { merchant: 'own', courier: 'own', ...STAFF },
    params: inMarket.extend({ settlementId }),
    query: form,
    response: { status: 200 },
    file: FILES,
  },
  getInvoiceDocument: {
    method: 'GET',
    path: '/v1/markets/{marketId}/invoices/{invoiceId}/document',
    tag: 'Settlements',
    summary: 'A tax invoice or credit note as PDF or CSV',
    description: DETERMINISTIC,
    access: { merchant: 'own', ...STAFF },
    params: inMarket.extend({ invoiceId }),
    query: form,
    response: { status: 200 },
    file: FILES,
  },
  getAccountStatement: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/statement',
    tag: 'Ledger',
    summary: 'The statement of an account over days of the market, as PDF or CSV',
    description: `With the balance before and after, and after each entry. ${DETERMINISTIC}`,
    access: STAFF,
    params: inMarket,
    query: form.extend({
      account: z.string().min(1).max(120).describe('Its code, from the list of accounts.'),
      from: day.describe('The first day.'),
      until: day.describe('The last day, which is in it.'),
    }),
    response: { status: 200 },
    file: FILES,
  },
  listCourierShifts: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/shifts',
    tag: 'Couriers',
    summary: 'Shifts of a courier, the newest first',
    access: { courier: 'own', ...STAFF },
    params: inCourier,
    query: pageQuery,
    response: {
      status: 200,
      schema: page(
        z.object({
          id: shiftId,
          startedAt: moment,
          endsAt: moment.describe('As it was planned.'),
          endedAt: moment.optional().describe('Absent while it runs.'),
        }),
      ),
    },
  },
  getShiftStatement: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/shifts/{shiftId}/statement',
    tag: 'Couriers',
    summary: 'What a shift has earned, as PDF or CSV',
    description: `Pay, tips and guarantee, line by line. ${DETERMINISTIC}`,
    access: { courier: 'own', ...STAFF },
    params: inCourier.extend({ shiftId }),
    query: form,
    response: { status: 200 },
    file: FILES,
  },
} as const satisfies Record<string, RouteContract>;

export type DocumentFormat = z.output<typeof format>;
export type DocumentLanguage = z.output<typeof language>;
