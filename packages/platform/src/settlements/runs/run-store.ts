import {
  type AccountId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type SettlementId,
  type SettlementRunId,
  type StoreId,
  type TransactionId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { type Queryable, type Tx, int8Array, jsonArray, keyArray, textArray } from '../../postgres/index.ts';
import { type PayeeId, type PayeeKind, type Payees, payeeFromKey, payeeKind } from '../payee.ts';
import { ownerOf } from './collect-entries.ts';
import type { Settled } from './settle-payee.ts';

export interface RunRecord {
  readonly id: SettlementRunId;
  readonly payees: Payees;
  readonly state: 'open' | 'approved' | 'discarded' | 'empty';
  readonly upTo: EpochMs;
  /** Of the market's calendar, where the run is by schedule. */
  readonly day?: string;
  readonly startedAt: EpochMs;
  readonly startedBy: string;
  readonly closedAt?: EpochMs;
  readonly closedBy?: string;
  readonly settlements: number;
  readonly payoutMinor: number;
}

export interface SettlementRecord extends Settled {
  readonly id: SettlementId;
  readonly runId: SettlementRunId;
  readonly state: RunRecord['state'];
  readonly payee: PayeeId;
  readonly upTo: EpochMs;
}

interface RunRow {
  readonly run_id: string;
  readonly payees: Payees;
  readonly state: RunRecord['state'];
  readonly up_to: EpochMs;
  readonly day: string | null;
  readonly started_at: EpochMs;
  readonly started_by: string;
  readonly closed_at: EpochMs | null;
  readonly closed_by: string | null;
  readonly settlements: number;
  readonly payout_minor: string;
}

const RUN = `select run_id, payees, state, up_to, day::text, started_at, started_by, closed_at, closed_by, settlements,
  payout_minor from settlements.run`;

export async function insertRun(tx: Tx, marketId: MarketId, run: RunRecord): Promise<void> {
  await tx.query(
    `insert into settlements.run (market_id, run_id, payees, state, up_to, day, started_at, started_by, settlements,
       payout_minor, closed_at, closed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      keyOf(marketId),
      keyOf(run.id),
      run.payees,
      run.state,
      toRfc3339(run.upTo),
      run.day ?? null,
      toRfc3339(run.startedAt),
      run.startedBy,
      run.settlements,
      run.payoutMinor,
      run.closedAt === undefined ? null : toRfc3339(run.closedAt),
      run.closedBy ?? null,
    ],
  );
}

export async function closeRun(
  tx: Tx,
  marketId: MarketId,
  runId: SettlementRunId,
  close: { readonly state: 'approved' | 'discarded'; readonly at: EpochMs; readonly by: string },
): Promise<void> {
  await tx.query(
    `update settlements.run set state = $3, closed_at = $4, closed_by = $5 where market_id = $1 and run_id = $2`,
    [keyOf(marketId), keyOf(runId), close.state, toRfc3339(close.at), close.by],
  );
}

export async function selectRun(
  db: Queryable,
  marketId: MarketId,
  runId: SettlementRunId,
): Promise<RunRecord | undefined> {
  const rows = await db.query<RunRow>(`${RUN} where market_id = $1 and run_id = $2`, [
    keyOf(marketId),
    keyOf(runId),
  ]);
  return rows[0] === undefined ? undefined : toRun(rows[0]);
}

/** The open run of these payees, or the one of a day. */
export async function selectRunNow(
  db: Queryable,
  marketId: MarketId,
  payees: Payees,
  day?: string,
): Promise<RunRecord | undefined> {
  const rows = await db.query<RunRow>(
    `${RUN} where market_id = $1 and payees = $2 and (state = 'open' or day = $3::date and state <> 'discarded')
     order by state desc limit 1`,
    [keyOf(marketId), payees, day ?? null],
  );
  return rows[0] === undefined ? undefined : toRun(rows[0]);
}

export async function selectRuns(
  db: Queryable,
  marketId: MarketId,
  before: SettlementRunId | undefined,
  limit: number,
): Promise<RunRecord[]> {
  const rows = await db.query<RunRow>(
    `${RUN} where market_id = $1 and ($2::bigint is null or run_id < $2) order by run_id desc limit $3`,
    [keyOf(marketId), before === undefined ? null : keyOf(before), limit],
  );
  return rows.map(toRun);
}

export async function insertSettlements(
  tx: Tx,
  marketId: MarketId,
  runId: SettlementRunId,
  drafts: readonly (Settled & { readonly id: SettlementId; readonly payee: PayeeId })[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into settlements.settlement (market_id, settlement_id, run_id, payee_kind, payee, opening_minor, lines,
       lines_minor, payout_minor, closing_minor, carried_because, held_minor, commission_minor, parts)
     select $1, settlement_id, $2, payee_kind, payee, opening, lines, lines_minor, payout, closing, because, held,
       commission, parts::jsonb
     from unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
       $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::json[])
       as draft (settlement_id, payee_kind, payee, opening, lines, lines_minor, payout, closing, because, held,
         commission, parts)`,
    [
      keyOf(marketId),
      keyOf(runId),
      keyArray(drafts.map(({ id }) => id)),
      textArray(drafts.map(({ payee }) => payeeKind(payee))),
      keyArray(drafts.map(({ payee }) => payee)),
      int8Array(drafts.map(({ openingMinor }) => openingMinor)),
      int8Array(drafts.map(({ lines }) => lines)),
      int8Array(drafts.map(({ linesMinor }) => linesMinor)),
      int8Array(drafts.map(({ payoutMinor }) => payoutMinor)),
      int8Array(drafts.map(({ closingMinor }) => closingMinor)),
      textArray(drafts.map(({ carriedBecause }) => carriedBecause)),
      int8Array(drafts.map(({ heldMinor }) => heldMinor)),
      int8Array(drafts.map(({ commissionMinor }) => commissionMinor)),
      jsonArray(drafts.map(({ parts }) => JSON.stringify(parts))),
    ],
  );
}

interface SettlementRow {
  readonly settlement_id: string;
  readonly run_id: string;
  readonly state: RunRecord['state'];
  readonly payee_kind: PayeeKind;
  readonly payee: string;
  readonly up_to: EpochMs;
  readonly opening_minor: string;
  readonly lines: number;
  readonly lines_minor: string;
  readonly payout_minor: string;
  readonly closing_minor: string;
  readonly carried_because: Settled['carriedBecause'] | null;
  readonly held_minor: string;
  readonly commission_minor: string;
  readonly parts: Settled['parts'];
}

/** Settlements in id order: of a run after `cursor`, or the newest of a payee, approved ones alone where `approved`. */
export async function selectSettlements(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly id?: SettlementId | undefined;
    readonly runId?: SettlementRunId | undefined;
    readonly payee?: PayeeId | undefined;
    readonly approved?: boolean;
    readonly cursor?: SettlementId | undefined;
    readonly newestFirst?: boolean;
    readonly limit: number;
  },
): Promise<SettlementRecord[]> {
  const [order, beyond] = filter.newestFirst === true ? ['desc', '<'] : ['asc', '>'];
  const rows = await db.query<SettlementRow>(
    `select settlement.settlement_id, settlement.run_id, state, payee_kind, payee, up_to, opening_minor, lines,
       lines_minor, settlement.payout_minor, closing_minor, carried_because, held_minor, commission_minor, parts
     from settlements.settlement
     join settlements.run on run.market_id = $1 and run.run_id = settlement.run_id
     where settlement.market_id = $1 and state <> 'discarded' and (not $6::boolean or state = 'approved')
       and ($2::bigint is null or settlement.settlement_id = $2)
       and ($3::bigint is null or settlement.run_id = $3)
       and ($4::bigint is null or payee = $4)
       and ($5::bigint is null or settlement.settlement_id ${beyond} $5)
     order by settlement.settlement_id ${order}
     limit $7`,
    [
      keyOf(marketId),
      filter.id === undefined ? null : keyOf(filter.id),
      filter.runId === undefined ? null : keyOf(filter.runId),
      filter.payee === undefined ? null : keyOf(filter.payee),
      filter.cursor === undefined ? null : keyOf(filter.cursor),
      filter.approved ?? false,
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('stl', row.settlement_id),
    runId: idFromKey('srn', row.run_id),
    state: row.state,
    payee: payeeFromKey(row.payee_kind, row.payee),
    upTo: row.up_to,
    openingMinor: Number(row.opening_minor),
    lines: row.lines,
    linesMinor: Number(row.lines_minor),
    payoutMinor: Number(row.payout_minor),
    closingMinor: Number(row.closing_minor),
    carriedBecause: row.carried_because ?? undefined,
    heldMinor: Number(row.held_minor),
    commissionMinor: Number(row.commission_minor),
    parts: row.parts,
  }));
}

export interface LineRecord {
  readonly transactionId: TransactionId;
  readonly kind: string;
  readonly orderId: OrderId | undefined;
  readonly storeId: StoreId | undefined;
  readonly postedAt: EpochMs;
  readonly amountMinor: number;
  readonly commissionMinor: number;
}

/** The entries of a settlement in the order of their transactions, after `after`; one of each transaction and account. */
export async function selectLines(
  db: Queryable,
  marketId: MarketId,
  settlementId: SettlementId,
  after: TransactionId | undefined,
  limit: number,
): Promise<LineRecord[]> {
  const rows = await db.query<{
    transaction_id: string;
    kind: string;
    reference_kind: string;
    reference: string;
    code: string;
    posted_at: EpochMs;
    amount_minor: string;
    commission_minor: string;
  }>(
    `select transaction_id, kind, reference_kind, reference, code, posted_at, amount_minor, commission_minor
     from settlements.entry join settlements.account using (market_id, account_id)
     where market_id = $1 and settlement_id = $2 and ($3::bigint is null or transaction_id > $3)
     order by transaction_id, account_id
     limit $4`,
    [keyOf(marketId), keyOf(settlementId), after === undefined ? null : keyOf(after), limit],
  );
  return rows.map((row) => {
    const owner = ownerOf(row.code);
    return {
      transactionId: idFromKey('txn', row.transaction_id),
      kind: row.kind,
      orderId: row.reference_kind === 'ord' ? idFromKey('ord', row.reference) : undefined,
      storeId: owner.startsWith('sto_') ? (owner as StoreId) : undefined,
      postedAt: row.posted_at,
      amountMinor: Number(row.amount_minor),
      commissionMinor: Number(row.commission_minor),
    };
  });
}

/** Gives the entries of a run back. */
export async function releaseEntries(tx: Tx, marketId: MarketId, runId: SettlementRunId): Promise<void> {
  await tx.query(
    `update settlements.entry set settlement_id = null
     from settlements.settlement
     where settlement.market_id = $1 and run_id = $2
       and entry.market_id = $1 and entry.settlement_id = settlement.settlement_id`,
    [keyOf(marketId), keyOf(runId)],
  );
}

/** Writes what is carried on each account. */
export async function updateCarried(
  tx: Tx,
  marketId: MarketId,
  accounts: readonly { readonly accountId: AccountId; readonly carriedMinor: number }[],
): Promise<void> {
  if (accounts.length === 0) return;
  await tx.query(
    `update settlements.account set carried_minor = now.carried_minor
     from unnest($2::bigint[], $3::bigint[]) as now (account_id, carried_minor)
     where account.market_id = $1 and account.account_id = now.account_id`,
    [
      keyOf(marketId),
      keyArray(accounts.map(({ accountId }) => accountId)),
      int8Array(accounts.map(({ carriedMinor }) => carriedMinor)),
    ],
  );
}

/** The codes of accounts, by id. */
export async function selectCodes(
  db: Queryable,
  marketId: MarketId,
  accountIds: readonly AccountId[],
): Promise<Map<AccountId, string>> {
  const rows = await db.query<{ account_id: string; code: string }>(
    `select account_id, code from settlements.account where market_id = $1 and account_id = any($2::bigint[])`,
    [keyOf(marketId), keyArray(accountIds)],
  );
  return new Map(rows.map((row) => [idFromKey('acc', row.account_id), row.code]));
}

function toRun(row: RunRow): RunRecord {
  return {
    id: idFromKey('srn', row.run_id),
    payees: row.payees,
    state: row.state,
    upTo: row.up_to,
    ...(row.day === null ? {} : { day: row.day }),
    startedAt: row.started_at,
    startedBy: row.started_by,
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(row.closed_by === null ? {} : { closedBy: row.closed_by }),
    settlements: row.settlements,
    payoutMinor: Number(row.payout_minor),
  };
}
