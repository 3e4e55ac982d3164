import assert from 'node:assert/strict';
import { addMs, createIdSource, currency, systemNow } from '@halfhour/kernel';
import { COMMISSION, merchantPayable, postTransactions, shopperReceivable } from '@halfhour/platform/ledger';
import { newKey, valueOf } from './order-steps.ts';
import type { ServedPlatform } from './platform.ts';

/** Owes the first merchant 5,000 minor units after commission, and settles them over the API, to be paid by file. */
export async function settleByFile({ db, clock, market, clientOf }: ServedPlatform) {
  const operator = clientOf(market.operator);
  const params = { marketId: market.marketId };
  const account = { holder: 'Test', accountNumber: '001', bankCode: '113' };
  await db.transaction(async (tx) => {
    const ids = createIdSource(systemNow, 903);
    postTransactions(tx, market.marketId, ids, [
      {
        kind: 'sale',
        reference: ids.next('ord'),
        currency: currency('EUR'),
        // Before the run's cut: the clock of the tests stands still.
        postedAt: addMs(clock.now(), -1_000),
        postings: [
          { account: shopperReceivable, amountMinor: 5_500 },
          { account: merchantPayable(market.kitchenId), amountMinor: -5_000 },
          { account: COMMISSION, amountMinor: -500 },
        ],
      },
    ]);
  });
  const merchantId = market.merchantIds[0];
  valueOf(
    await operator.call('setMerchantBankAccount', { params: { ...params, merchantId }, body: account }),
  );
  const terms = { merchants: 'on_demand', couriers: 'on_demand', minimumPayoutMinor: 1 } as const;
  valueOf(
    await operator.call('setSettlementPolicy', {
      params,
      body: { ...terms, payoutBy: 'file', debtor: account },
    }),
  );
  const run = valueOf(
    await operator.call('startSettlementRun', {
      params,
      body: { payees: 'merchants' },
      idempotencyKey: newKey(),
    }),
  );
  const ofRun = { params: { ...params, runId: run.id } };
  valueOf(await operator.call('approveSettlementRun', { ...ofRun, body: {} }));
  const settlements = valueOf(await operator.call('listRunSettlements', { ...ofRun, query: {} }));
  const payouts = valueOf(await operator.call('listPayouts', { params, query: { runId: run.id } }));
  // Operators read names, not ids.
  const named = [...settlements.items, ...payouts.items].map(({ payeeName }) => payeeName);
  assert.ok(named.length >= 2 && named.every((name) => name === named[0] && !name.startsWith('mer_')));
  const invoices = valueOf(await operator.call('listInvoices', { params, query: {} }));
  return {
    runId: run.id,
    settlementId: settlements.items[0]!.id,
    payoutId: payouts.items[0]!.id,
    invoiceId: invoices.items[0]!.id,
  };
}
