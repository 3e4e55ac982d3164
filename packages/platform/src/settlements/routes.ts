import type { BankAccount, RouteName } from '@halfhour/contract';
import {
  type Id,
  type IdPrefix,
  type InvoiceId,
  type MarketId,
  type MerchantId,
  type Result,
  type SettlementId,
  type StoreId,
  err,
  fromRfc3339,
  ok,
  parseId,
} from '@halfhour/kernel';
import {
  type Acting,
  type ApiError,
  type Authority,
  type Handlers,
  acting,
  requiredKey,
} from '../api/index.ts';
import { selectStores } from '../stores/index.ts';
import { selectPolicy } from './collector.ts';
import type { Settlements } from './create-settlements.ts';
import { holdOrder, releaseOrder, selectHolds } from './hold-orders.ts';
import { writeInvoice } from './invoices/invoice-document.ts';
import { type InvoiceRecord, selectInvoices } from './invoices/invoice-store.ts';
import { readPayeeNames } from './payee-names.ts';
import { type PayeeId, mayRead } from './payee.ts';
import { readPayoutFile } from './payout-file.ts';
import { maskAccount } from './payouts/bank-account.ts';
import { selectBankAccounts } from './payouts/bank-account-store.ts';
import { selectPayouts } from './payouts/payout-store.ts';
import { setBankAccount } from './payouts/set-bank-account.ts';
import { settlePayout } from './payouts/settle-payout.ts';
import { approveRun, discardRun } from './runs/close-run.ts';
import {
  type SettlementRecord,
  selectLines,
  selectRun,
  selectRuns,
  selectSettlements,
} from './runs/run-store.ts';
import { startRun } from './runs/start-run.ts';
import { writeSettlementStatement } from './settlement-statement.ts';
import { setPolicy } from './set-policy.ts';
import { readStoreEarnings, readStoreEntries } from './store-earnings.ts';
import { toHold, toInvoice, toLine, toPayout, toRun, toSettlement } from './show.ts';

type SettlementRoute = Extract<
  RouteName,
  | `${string}Settlement${string}`
  | `${string}Invoice${string}`
  | `${string}BankAccount`
  | `${string}Payout${string}`
  | 'getStoreEarnings'
  | 'listStoreEntries'
>;

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export function createSettlementRoutes({ deps }: Settlements): Handlers<SettlementRoute> {
  const { db } = deps;

  async function showAccount(marketId: MarketId, payee: PayeeId, authority: Authority | undefined) {
    if (!mayRead(authority, payee) || !(await exists(marketId, payee))) return NOT_FOUND;
    const account = (await selectBankAccounts(db, marketId, [payee])).get(payee);
    return ok({ account: account === undefined ? null : maskAccount(account) });
  }

  async function exists(marketId: MarketId, payee: PayeeId): Promise<boolean> {
    return (await readPayeeNames(db, marketId, [payee])).has(payee);
  }

  /** A page of what is owed or paid to payees, with what these are called. */
  async function namedPage<Item extends { readonly id: string; readonly payee: PayeeId }, Shown>(
    marketId: MarketId,
    items: readonly Item[],
    query: PageQuery,
    show: (item: Item, names: ReadonlyMap<PayeeId, string>) => Shown,
  ) {
    const names = await namesOf(marketId, items);
    return ok(page(items, query, (item) => show(item, names)));
  }

  function namesOf(marketId: MarketId, items: readonly { readonly payee: PayeeId }[]) {
    return readPayeeNames(
      db,
      marketId,
      items.map(({ payee }) => payee),
    );
  }

  async function setAccount(marketId: MarketId, payee: PayeeId, account: BankAccount, authority: Acting) {
    const set = await setBankAccount(deps, marketId, payee, account, authority);
    return set.ok ? ok({ account: maskAccount(set.value) }) : set;
  }

  /** Settlements of a payee; those of an open run are not the payee's to see. */
  async function listOf(
    marketId: MarketId,
    payee: PayeeId,
    authority: Authority | undefined,
    query: PageQuery,
  ) {
    if (!mayRead(authority, payee) || !(await exists(marketId, payee))) return NOT_FOUND;
    const cursor = readCursor('stl', query);
    if (!cursor.ok) return cursor;
    const found = await selectSettlements(db, marketId, {
      payee,
      approved: authority?.scope === 'own',
      cursor: cursor.value,
      newestFirst: true,
      limit: query.limit,
    });
    return namedPage(marketId, found, query, toSettlement);
  }

  async function findSettlement(
    marketId: MarketId,
    id: SettlementId,
    authority: Authority | undefined,
  ): Promise<Result<SettlementRecord, ApiError>> {
    const approved = authority?.scope === 'own';
    const [found] = await selectSettlements(db, marketId, { id, approved, limit: 1 });
    return found === undefined || !mayRead(authority, found.payee) ? NOT_FOUND : ok(found);
  }

  async function listInvoices(marketId: MarketId, merchantId: MerchantId | undefined, query: PageQuery) {
    const before = readCursor('inv', query);
    if (!before.ok) return before;
    const filter = { merchantId, before: before.value, limit: query.limit };
    return ok(page(await selectInvoices(db, marketId, filter), query, toInvoice));
  }

  async function maySee(marketId: MarketId, storeId: StoreId, authority: Authority | undefined) {
    const store = (await selectStores(db, marketId, [storeId])).get(storeId);
    return store !== undefined && mayRead(authority, store.merchantId);
  }

  async function findInvoice(
    marketId: MarketId,
    id: InvoiceId,
    authority: Authority | undefined,
  ): Promise<Result<InvoiceRecord, ApiError>> {
    const [found] = await selectInvoices(db, marketId, { id, limit: 1 });
    return found === undefined || !mayRead(authority, found.merchantId) ? NOT_FOUND : ok(found);
  }

  return {
    async getSettlementPolicy({ params }) {
      return ok(await selectPolicy(db, params.marketId));
    },
    async setSettlementPolicy(request) {
      return setPolicy(deps, request.params.marketId, request.body, acting(request));
    },

    getMerchantBankAccount: ({ params, authority }) =>
      showAccount(params.marketId, params.merchantId, authority),
    setMerchantBankAccount: (request) =>
      setAccount(request.params.marketId, request.params.merchantId, request.body, acting(request)),
    getCourierBankAccount: ({ params, authority }) =>
      showAccount(params.marketId, params.courierId, authority),
    setCourierBankAccount: (request) =>
      setAccount(request.params.marketId, request.params.courierId, request.body, acting(request)),

    async holdOrderSettlement(request) {
      const { params, body } = request;
      const held = await holdOrder(deps, params.marketId, params.orderId, body.reason, acting(request));
      return held.ok ? ok(toHold(held.value)) : held;
    },
    async releaseOrderSettlement(request) {
      await releaseOrder(deps, request.params.marketId, request.params.orderId, acting(request));
      return ok(undefined);
    },
    async listSettlementHolds({ params, query }) {
      const before = readCursor('ord', query);
      if (!before.ok) return before;
      const holds = await selectHolds(db, params.marketId, { before: before.value, limit: query.limit });
      return ok({
        items: holds.map(toHold),
        ...(holds.length === query.limit ? { next: holds.at(-1)!.orderId } : {}),
      });
    },

    async startSettlementRun(request) {
      const { params, body } = request;
      const upTo = body.upTo === undefined ? undefined : fromRfc3339(body.upTo);
      if (body.upTo !== undefined && upTo === undefined) {
        return err({ code: 'invalid_request', detail: '`upTo` is no moment.' });
      }
      const start = { payees: body.payees, upTo };
      const run = await startRun(deps, params.marketId, start, acting(request), requiredKey(request.command));
      return run.ok ? ok(toRun(run.value)) : run;
    },
    async listSettlementRuns({ params, query }) {
      const before = readCursor('srn', query);
      if (!before.ok) return before;
      return ok(page(await selectRuns(db, params.marketId, before.value, query.limit), query, toRun));
    },
    async getSettlementRun({ params }) {
      const run = await selectRun(db, params.marketId, params.runId);
      return run === undefined ? NOT_FOUND : ok(toRun(run));
    },
    async approveSettlementRun(request) {
      const run = await approveRun(deps, request.params.marketId, request.params.runId, acting(request));
      return run.ok ? ok(toRun(run.value)) : run;
    },
    async discardSettlementRun(request) {
      const run = await discardRun(deps, request.params.marketId, request.params.runId, acting(request));
      return run.ok ? ok(toRun(run.value)) : run;
    },
    async listRunSettlements({ params: { marketId, runId }, query }) {
      const cursor = readCursor('stl', query);
      if (!cursor.ok) return cursor;
      if ((await selectRun(db, marketId, runId)) === undefined) return NOT_FOUND;
      const filter = { runId, cursor: cursor.value, limit: query.limit };
      return namedPage(marketId, await selectSettlements(db, marketId, filter), query, toSettlement);
    },
    getPayoutFile: ({ params }) => readPayoutFile(deps, params.marketId, params.runId),

    listMerchantSettlements: ({ params, query, authority }) =>
      listOf(params.marketId, params.merchantId, authority, query),
    listCourierSettlements: ({ params, query, authority }) =>
      listOf(params.marketId, params.courierId, authority, query),
    async getSettlement({ params, authority }) {
      const found = await findSettlement(params.marketId, params.settlementId, authority);
      if (!found.ok) return found;
      return ok(toSettlement(found.value, await namesOf(params.marketId, [found.value])));
    },
    async getSettlementStatement({ params, query, authority }) {
      const found = await findSettlement(params.marketId, params.settlementId, authority);
      return found.ok ? writeSettlementStatement(deps, params.marketId, found.value, query) : found;
    },
    async listSettlementLines({ params, query, authority }) {
      const after = readCursor('txn', query);
      if (!after.ok) return after;
      const found = await findSettlement(params.marketId, params.settlementId, authority);
      if (!found.ok) return found;
      const lines = await selectLines(db, params.marketId, found.value.id, after.value, query.limit);
      return ok({
        items: lines.map(toLine),
        ...(lines.length === query.limit ? { next: lines.at(-1)!.transactionId } : {}),
      });
    },

    async getStoreEarnings({ params: { marketId, storeId }, query: { days }, authority }) {
      const market = await deps.markets.get(marketId);
      if (market === undefined || !(await maySee(marketId, storeId, authority))) return NOT_FOUND;
      return ok(await readStoreEarnings(db, market, storeId, { days, now: deps.clock.now() }));
    },
    async listStoreEntries({ params: { marketId, storeId }, query, authority }) {
      const before = readCursor('txn', query);
      if (!before.ok) return before;
      if (!(await maySee(marketId, storeId, authority))) return NOT_FOUND;
      const { limit } = query;
      const items = await readStoreEntries(db, marketId, storeId, { before: before.value, limit });
      return ok({ items, ...(items.length === limit ? { next: items.at(-1)!.transactionId } : {}) });
    },

    listInvoices: ({ params, query }) => listInvoices(params.marketId, undefined, query),
    async listMerchantInvoices({ params: { marketId, merchantId }, query, authority }) {
      if (!mayRead(authority, merchantId) || !(await exists(marketId, merchantId))) return NOT_FOUND;
      return listInvoices(marketId, merchantId, query);
    },
    async getInvoice({ params, authority }) {
      const found = await findInvoice(params.marketId, params.invoiceId, authority);
      return found.ok ? ok(toInvoice(found.value)) : found;
    },

    async getInvoiceDocument({ params, query, authority }) {
      const found = await findInvoice(params.marketId, params.invoiceId, authority);
      return found.ok ? ok(await writeInvoice(deps, params.marketId, found.value, query)) : found;
    },

    async listPayouts({ params, query }) {
      const before = readCursor('pyo', query);
      if (!before.ok) return before;
      const { state, runId, limit } = query;
      const payouts = await selectPayouts(db, params.marketId, { state, runId, before: before.value, limit });
      return namedPage(params.marketId, payouts, query, toPayout);
    },
    async recordPayoutOutcome(request) {
      const { params, body } = request;
      const answer =
        body.outcome === 'paid'
          ? ({ state: 'paid' } as const)
          : ({ state: 'failed', reason: body.reason } as const);
      const settled = await settlePayout(deps, params.marketId, params.payoutId, answer, acting(request));
      if (!settled.ok) return settled;
      return ok(toPayout(settled.value, await namesOf(params.marketId, [settled.value])));
    },
  };
}

const NOT_FOUND = err({ code: 'not_found' } as const);

function readCursor<P extends IdPrefix>(
  prefix: P,
  { cursor }: PageQuery,
): Result<Id<P> | undefined, ApiError> {
  if (cursor === undefined) return ok(undefined);
  const id = parseId(prefix, cursor);
  return id === undefined
    ? err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' })
    : ok(id);
}

function page<Item extends { readonly id: string }, Shown>(
  items: readonly Item[],
  { limit }: PageQuery,
  show: (item: Item) => Shown,
): { items: Shown[]; next?: string } {
  return { items: items.map(show), ...(items.length === limit ? { next: items.at(-1)!.id } : {}) };
}
