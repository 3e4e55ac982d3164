import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Tariff, prepareTariff } from '@halfhour/engines/pricing';
import {
  type IdPrefix,
  type IdSource,
  type MerchantId,
  type OrderId,
  DAY_MS,
  addMs,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import fc from 'fast-check';
import type { Acting, Authority, CommandKey } from '../../api/index.ts';
import { selectBalances } from '../../ledger/index.ts';
import { createMarkets } from '../../markets/index.ts';
import type { OrderChange } from '../../ordering/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../../testing/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { createEmbeddedPayoutProvider, createSettlementRoutes, createSettlements } from '../index.ts';
import { approveRun } from '../runs/close-run.ts';
import type { RunRecord } from '../runs/run-store.ts';
import { startRun } from '../runs/start-run.ts';
import { setPolicy } from '../set-policy.ts';
import { invoiceNumber } from './bill-fees.ts';
import { type InvoiceRecord, selectInvoices, takeSerials } from './invoice-store.ts';

const db = await createTestDatabase();

/** What merchants pay is the only thing that is taxed here: the ledger's tax account then says the tax on it alone. */
const TARIFF: Tariff = {
  shopperTax: 'contained',
  areas: [],
  taxes: [{ when: { classes: ['fees'] }, rateBp: 2_200, authority: 'state', owedBy: 'marketplace' }],
  commission: [{ rateBp: 1_730, taxClass: 'fees' }],
  serviceFee: [{ payer: 'merchant', rateBp: 60, taxClass: 'fees' }],
  deliveryFee: [],
  smallOrderFee: [],
  packaging: [],
  serviceCharge: [],
  feeStepMinor: 1,
  cashStepMinor: 1,
};

async function createWorld(tariff = TARIFF) {
  const version = { version: 1, prepared: prepareTariff(tariff) };
  const tariffs = { of: () => Promise.resolve({ at: () => version, version: () => version }) };
  const { clock, ids, market, place, ordering } = await createTestOrdering(db, { couriers: 1, tariffs });
  const { marketId, merchantId } = market;
  const deps: SettlementDeps = {
    db,
    clock,
    ids,
    markets: createMarkets({ db }),
    provider: createEmbeddedPayoutProvider(),
    onCommit: () => {},
  };
  const operator: Acting = {
    requestId: 'request-1',
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  let keys = 0;
  const key = (): CommandKey => ({ caller: operator.userId, key: `invoice-${keys++}`, bodyHash: 'same' });
  async function change(orderId: OrderId, change: object): Promise<void> {
    const changed = await ordering.change(marketId, { orderId, ...change } as OrderChange);
    assert.ok(changed.ok, JSON.stringify(changed));
  }
  const world = {
    deps,
    clock,
    marketId,
    merchantId,
    operator,
    /** An order that is handed over. */
    async sell(): Promise<OrderId> {
      const id = await place();
      const courierId = market.courierIds[0]!;
      await change(id, { kind: 'accept', by: 'merchant' });
      await change(id, { kind: 'ready', by: 'merchant' });
      await change(id, { kind: 'pick_up', by: 'courier', courierId });
      await change(id, { kind: 'deliver', by: 'courier', courierId });
      return id;
    },
    refund: (id: OrderId, amountMinor: number) =>
      change(id, { kind: 'refund', by: 'operator', reason: 'test', amountMinor }),
    async start(): Promise<RunRecord> {
      clock.advanceTo(addMs(clock.now(), 1_000));
      const run = await startRun(deps, marketId, { payees: 'merchants', upTo: undefined }, operator, key());
      assert.ok(run.ok, JSON.stringify(run));
      return run.value;
    },
    async settle(): Promise<void> {
      const run = await world.start();
      // With nothing to settle it is over.
      if (run.state === 'empty') return;
      assert.ok((await approveRun(deps, marketId, run.id, operator)).ok);
    },
    /** The oldest first. */
    async invoices(): Promise<InvoiceRecord[]> {
      return (await selectInvoices(db, marketId, { limit: 1_000 })).reverse();
    },
    async numbers(): Promise<string[]> {
      return (await world.invoices()).map(({ kind, year, serial }) => invoiceNumber(kind, year, serial));
    },
    /** What the ledger has of it: what the platform earned, and the tax on it. */
    async posted(): Promise<{ netMinor: number; taxMinor: number }> {
      const all = await selectBalances(db, marketId, '', 200);
      const of = (code: string): number => 0 - (all.find((each) => each.code === code)?.balanceMinor ?? 0);
      return {
        netMinor: of('platform:commission') + of('platform:service-fees'),
        taxMinor: of('tax:state:payable'),
      };
    },
  };
  return world;
}

/** What documents come to, credit notes taken off. */
function sumOf(invoices: readonly InvoiceRecord[]): { netMinor: number; taxMinor: number } {
  const sum = (part: 'netMinor' | 'taxMinor'): number =>
    invoices.reduce((all, invoice) => all + (invoice.kind === 'invoice' ? invoice[part] : -invoice[part]), 0);
  return { netMinor: sum('netMinor'), taxMinor: sum('taxMinor') };
}

test('an approved run invoices commission and fees with the tax that was posted, and says so in an event', async () => {
  const world = await createWorld();
  await world.sell();
  const until = addMs(world.clock.now(), 1_000);
  await world.settle();
  const [invoice, ...others] = await world.invoices();
  assert.deepEqual(others, []);
  assert.ok(invoice!.netMinor > 0 && invoice!.taxMinor > 0);
  assert.deepEqual(sumOf([invoice!]), await world.posted());
  assert.deepEqual(
    invoice!.lines.map(({ kind, rateBp, taxClass, authority }) => [kind, rateBp, taxClass, authority]),
    [
      ['commission', 2_200, 'fees', 'state'],
      ['service_fee', 2_200, 'fees', 'state'],
    ],
  );
  assert.deepEqual(
    [invoice!.kind, invoice!.merchantId, invoice!.until, invoice!.currency, invoice!.issuedOn],
    ['invoice', world.merchantId, until, 'UYU', '2026-06-01'],
  );
  assert.deepEqual(await world.numbers(), ['INV-2026-000001']);
  const [event] = await eventsOf(db, world.marketId, invoice!.id);
  assert.equal(event!.type, 'InvoiceIssued');
  // Nothing new, so nothing to invoice.
  await world.settle();
  assert.equal((await world.invoices()).length, 1);
});

test('a sale of which the merchant gets nothing is invoiced like any other, and a refund of it credited', async () => {
  const world = await createWorld({ ...TARIFF, commission: [{ rateBp: 10_000, taxClass: 'fees' }] });
  const order = await world.sell();
  await world.settle();
  assert.deepEqual(sumOf(await world.invoices()), await world.posted());
  await world.refund(order, 100);
  await world.settle();
  assert.deepEqual(await world.numbers(), ['INV-2026-000001', 'CRN-2026-000001']);
  assert.deepEqual(sumOf(await world.invoices()), await world.posted());
});

test('more given back than charged is a credit note of its own series, which names the invoice of the order', async () => {
  const world = await createWorld();
  const [first, second] = [await world.sell(), await world.sell()];
  await world.settle();
  await world.sell();
  await world.settle();
  await world.refund(second, 333);
  await world.settle();
  const [, , credit] = await world.invoices();
  assert.deepEqual([credit!.kind, credit!.follows], ['credit_note', ['INV-2026-000001']]);
  assert.ok(credit!.netMinor > 0 && credit!.taxMinor > 0);
  assert.deepEqual(sumOf(await world.invoices()), await world.posted());
  await world.refund(first, 101);
  await world.settle();
  assert.deepEqual(await world.numbers(), [
    'INV-2026-000001',
    'INV-2026-000002',
    'CRN-2026-000001',
    'CRN-2026-000002',
  ]);
});

test('whatever is sold and refunded, before a run or between its start and its approval: documents say what was posted', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('sell' as const) }),
    fc.record({ do: fc.constant('settle' as const) }),
    fc.record({
      do: fc.constant('refund' as const),
      of: fc.nat(9),
      amountMinor: fc.integer({ min: 1, max: 49 }),
    }),
    fc.record({ do: fc.constant('refund while open' as const), of: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const world = await createWorld();
      const sold = [await world.sell()];
      for (const each of steps) {
        if (each.do === 'sell') sold.push(await world.sell());
        else if (each.do === 'settle') await world.settle();
        else if (each.do === 'refund') await world.refund(sold[each.of % sold.length]!, each.amountMinor);
        else {
          const run = await world.start();
          await world.refund(sold[each.of % sold.length]!, 7);
          if (run.state === 'empty') continue;
          assert.ok((await approveRun(world.deps, world.marketId, run.id, world.operator)).ok);
        }
      }
      await world.settle();
      assert.deepEqual(sumOf(await world.invoices()), await world.posted());
    }),
    { numRuns: 10 },
  );
});

test('numbers have no gaps and no doubles when many issue at once and half of them fail', async () => {
  const world = await createWorld();
  const { marketId } = world;
  const taken: number[] = [];
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const count = 1 + (index % 3);
      const issue = db.transaction(async (tx) => {
        const first = await takeSerials(tx, marketId, { kind: 'invoice', year: 2026 }, count);
        if (index % 2 === 1) throw new Error('died');
        return first;
      });
      if (index % 2 === 1) await assert.rejects(issue, /died/);
      else {
        const first = await issue;
        taken.push(...Array.from({ length: count }, (__, at) => first + at));
      }
    }),
  );
  taken.sort((a, b) => a - b);
  assert.deepEqual(
    taken,
    Array.from({ length: taken.length }, (_, at) => at + 1),
  );
});

test('approvals at once issue one document, and one that dies with its number in hand leaves the number to the next', async () => {
  const world = await createWorld();
  const dying: SettlementDeps = { ...world.deps, ids: failingAt(world.deps.ids, 'inv') };
  for (let round = 0; round < 3; round++) {
    await world.sell();
    const run = await world.start();
    const approve = (deps: SettlementDeps) => approveRun(deps, world.marketId, run.id, world.operator);
    await assert.rejects(approve(dying), /died/);
    const both = await Promise.all([approve(world.deps), approve(world.deps)]);
    assert.ok(both.every(({ ok }) => ok));
  }
  assert.deepEqual(await world.numbers(), ['INV-2026-000001', 'INV-2026-000002', 'INV-2026-000003']);
});

test('each year of the market begins with one, and the issuer is as the policy says on the day of issue', async () => {
  const world = await createWorld();
  const policy = {
    merchants: 'on_demand',
    couriers: 'on_demand',
    minimumPayoutMinor: 1,
    payoutBy: 'provider',
  } as const;
  await world.sell();
  await world.settle();
  const issuer = { name: 'Halfhour SA', taxId: '21 123456 0019' };
  await setPolicy(world.deps, world.marketId, { ...policy, issuer }, world.operator);
  await world.sell();
  world.clock.advanceTo(addMs(world.clock.now(), 300 * DAY_MS));
  await world.settle();
  assert.deepEqual(await world.numbers(), ['INV-2026-000001', 'INV-2027-000001']);
  const [before, after] = await world.invoices();
  assert.deepEqual(after!.issuer, issuer);
  assert.notDeepEqual(before!.issuer, issuer);
});

test('what was issued is not changed, deleted or emptied, and no number is given twice', async () => {
  const world = await createWorld();
  await world.sell();
  await world.settle();
  const where = `where market_id = ${keyOf(world.marketId)}`;
  for (const statement of [
    `update settlements.invoice set gross_minor = gross_minor ${where}`,
    `delete from settlements.invoice ${where}`,
    'truncate settlements.invoice',
  ]) {
    await assert.rejects(db.query(statement, []), /never changed/, statement);
  }
  await assert.rejects(
    db.query(
      `insert into settlements.invoice select market_id, invoice_id + 1, kind, year, serial, settlement_id + 1, merchant_id,
         merchant_name, issuer, issued_at, issued_on, from_at, until_at, currency, lines, net_minor, tax_minor,
         gross_minor, follows from settlements.invoice ${where}`,
      [],
    ),
    /duplicate key/,
  );
});

test('the merchant reads its own, the operator all, and another merchant none', async () => {
  const world = await createWorld();
  await world.sell();
  await world.settle();
  const [invoice] = await world.invoices();
  const routes = createSettlementRoutes(createSettlements(world.deps));
  const merchant = (merchantId: MerchantId): Authority => ({
    ...world.operator,
    role: 'merchant',
    scope: 'own',
    merchantIds: [merchantId],
  });
  const { marketId, merchantId } = world;
  const read = (authority: Authority) =>
    routes.getInvoice({
      ...ASKED,
      params: { marketId, invoiceId: invoice!.id },
      query: undefined,
      authority,
    });
  const list = (authority: Authority) =>
    routes.listMerchantInvoices({
      ...ASKED,
      params: { marketId, merchantId },
      query: { limit: 10 },
      authority,
    });
  for (const authority of [merchant(merchantId), world.operator]) {
    const [one, all] = [await read(authority), await list(authority)];
    assert.ok(one.ok && one.value.number === 'INV-2026-000001');
    assert.ok(all.ok && all.value.items.length === 1);
  }
  const stranger = merchant(idFromKey('mer', 1n));
  for (const answer of [await read(stranger), await list(stranger)]) {
    assert.ok(!answer.ok && answer.error.code === 'not_found');
  }
});

const ASKED = {
  body: undefined,
  command: undefined,
  requestId: 'test',
  signal: new AbortController().signal,
} as const;

/** Ids that fail where one of this prefix is wanted. */
function failingAt(ids: IdSource, prefix: IdPrefix): IdSource {
  return {
    ...ids,
    next: (wanted) => {
      if (wanted === prefix) throw new Error('died');
      return ids.next(wanted);
    },
  };
}
