import type { BankAccount } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  type PayoutId,
  type SettlementId,
  type SettlementRunId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import {
  type Queryable,
  type Tx,
  booleanArray,
  int8Array,
  jsonArray,
  keyArray,
  momentArray,
  textArray,
} from '../../postgres/index.ts';
import { type PayeeId, type PayeeKind, payeeFromKey, payeeKind } from '../payee.ts';

export type PayoutState = 'due' | 'sent' | 'paid' | 'failed';

export interface PayoutRecord {
  readonly id: PayoutId;
  readonly runId: SettlementRunId;
  readonly settlementId: SettlementId;
  readonly payee: PayeeId;
  readonly state: PayoutState;
  readonly amountMinor: number;
  /** As it was when the run was approved. */
  readonly account: BankAccount;
  /** A person takes it to the bank, and says what became of it. */
  readonly byFile: boolean;
  readonly createdAt: EpochMs;
  readonly settledAt?: EpochMs;
  readonly failure?: string;
}

export async function insertPayouts(
  tx: Tx,
  marketId: MarketId,
  payouts: readonly PayoutRecord[],
): Promise<void> {
  if (payouts.length === 0) return;
  await tx.query(
    `insert into settlements.payout (market_id, payout_id, run_id, settlement_id, payee_kind, payee, state,
       amount_minor, account, by_file, created_at)
     select $1, payout_id, run_id, settlement_id, payee_kind, payee, state, amount_minor, account::jsonb, by_file, at
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
       $9::json[], $10::boolean[], $11::timestamptz[])
       as draft (payout_id, run_id, settlement_id, payee_kind, payee, state, amount_minor, account, by_file, at)`,
    [
      keyOf(marketId),
      keyArray(payouts.map(({ id }) => id)),
      keyArray(payouts.map(({ runId }) => runId)),
      keyArray(payouts.map(({ settlementId }) => settlementId)),
      textArray(payouts.map(({ payee }) => payeeKind(payee))),
      keyArray(payouts.map(({ payee }) => payee)),
      textArray(payouts.map(({ state }) => state)),
      int8Array(payouts.map(({ amountMinor }) => amountMinor)),
      jsonArray(payouts.map(({ account }) => JSON.stringify(account))),
      booleanArray(payouts.map(({ byFile }) => byFile)),
      momentArray(payouts.map(({ createdAt }) => createdAt)),
    ],
  );
}

interface PayoutRow {
  readonly payout_id: string;
  readonly run_id: string;
  readonly settlement_id: string;
  readonly payee_kind: PayeeKind;
  readonly payee: string;
  readonly state: PayoutState;
  readonly amount_minor: string;
  readonly account: BankAccount;
  readonly by_file: boolean;
  readonly created_at: EpochMs;
  readonly settled_at: EpochMs | null;
  readonly failure: string | null;
}

const PAYOUT = `select payout_id, run_id, settlement_id, payee_kind, payee, state, amount_minor, account, by_file,
  created_at, settled_at, failure from settlements.payout`;

/** The payout, held until the transaction ends. */
export async function lockPayout(
  tx: Tx,
  marketId: MarketId,
  payoutId: PayoutId,
): Promise<PayoutRecord | undefined> {
  const rows = await tx.query<PayoutRow>(`${PAYOUT} where market_id = $1 and payout_id = $2 for update`, [
    keyOf(marketId),
    keyOf(payoutId),
  ]);
  return rows[0] === undefined ? undefined : toRecord(rows[0]);
}

export async function updatePayout(tx: Tx, marketId: MarketId, payout: PayoutRecord): Promise<void> {
  await tx.query(
    `update settlements.payout set state = $3, settled_at = $4, failure = $5
     where market_id = $1 and payout_id = $2`,
    [
      keyOf(marketId),
      keyOf(payout.id),
      payout.state,
      payout.settledAt === undefined ? null : toRfc3339(payout.settledAt),
      payout.failure ?? null,
    ],
  );
}

/** Payouts of the provider that are not settled, in id order after `after`. */
export async function selectOpenPayouts(
  db: Queryable,
  marketId: MarketId,
  after: PayoutId | undefined,
  limit: number,
): Promise<PayoutRecord[]> {
  const rows = await db.query<PayoutRow>(
    `${PAYOUT} where market_id = $1 and state in ('due', 'sent') and not by_file
       and ($2::bigint is null or payout_id > $2)
     order by payout_id limit $3`,
    [keyOf(marketId), after === undefined ? null : keyOf(after), limit],
  );
  return rows.map(toRecord);
}

/** Payouts of a run, oldest first. */
export async function selectPayoutsOf(
  db: Queryable,
  marketId: MarketId,
  runId: SettlementRunId,
): Promise<PayoutRecord[]> {
  const rows = await db.query<PayoutRow>(
    `${PAYOUT} where market_id = $1 and run_id = $2 order by payout_id`,
    [keyOf(marketId), keyOf(runId)],
  );
  return rows.map(toRecord);
}

export async function selectPayouts(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly state: PayoutState | undefined;
    readonly runId: SettlementRunId | undefined;
    readonly before: PayoutId | undefined;
    readonly limit: number;
  },
): Promise<PayoutRecord[]> {
  const rows = await db.query<PayoutRow>(
    `${PAYOUT} where market_id = $1 and ($2::text is null or state = $2) and ($3::bigint is null or run_id = $3)
       and ($4::bigint is null or payout_id < $4)
     order by payout_id desc limit $5`,
    [
      keyOf(marketId),
      filter.state ?? null,
      filter.runId === undefined ? null : keyOf(filter.runId),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map(toRecord);
}

function toRecord(row: PayoutRow): PayoutRecord {
  return {
    id: idFromKey('pyo', row.payout_id),
    runId: idFromKey('srn', row.run_id),
    settlementId: idFromKey('stl', row.settlement_id),
    payee: payeeFromKey(row.payee_kind, row.payee),
    state: row.state,
    amountMinor: Number(row.amount_minor),
    account: row.account,
    byFile: row.by_file,
    createdAt: row.created_at,
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.failure === null ? {} : { failure: row.failure }),
  };
}
