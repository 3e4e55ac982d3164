import type { SupportCase } from '@halfhour/contract';
import {
  type CaseId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';

/** What a shopper complains of, or somebody for them. */
export interface CaseRecord {
  readonly id: CaseId;
  readonly orderId: OrderId;
  readonly openedBy: UserId;
  readonly openedRole: string;
  readonly kind: SupportCase['kind'];
  /** Places in the lines of the order. */
  readonly lines: readonly number[];
  readonly text: string;
  readonly state: SupportCase['state'];
  readonly outcome?: SupportCase['outcome'];
  /** What the shopper is told. */
  readonly answer?: string | undefined;
  readonly openedAt: EpochMs;
  readonly closedAt?: EpochMs | undefined;
}

interface CaseRow {
  readonly case_id: string;
  readonly order_id: string;
  readonly opened_by: string;
  readonly opened_role: string;
  readonly kind: SupportCase['kind'];
  readonly lines: number[];
  readonly text: string;
  readonly state: SupportCase['state'];
  readonly outcome: SupportCase['outcome'] | null;
  readonly answer: string | null;
  readonly opened_at: EpochMs;
  readonly closed_at: EpochMs | null;
}

const COLUMNS = `case_id, order_id, opened_by, opened_role, kind, lines, text, state, outcome, answer, opened_at,
  closed_at`;

export async function insertCase(tx: Tx, marketId: MarketId, draft: CaseRecord): Promise<void> {
  await tx.query(
    `insert into support.case (market_id, case_id, order_id, opened_by, opened_role, kind, lines, text, state, opened_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9)`,
    [
      keyOf(marketId),
      keyOf(draft.id),
      keyOf(draft.orderId),
      keyOf(draft.openedBy),
      draft.openedRole,
      draft.kind,
      draft.lines,
      draft.text,
      toRfc3339(draft.openedAt),
    ],
  );
}

/** The case, held until the transaction ends. */
export async function lockCase(tx: Tx, marketId: MarketId, id: CaseId): Promise<CaseRecord | undefined> {
  const rows = await tx.query<CaseRow>(
    `select ${COLUMNS} from support.case where market_id = $1 and case_id = $2 for update`,
    [keyOf(marketId), keyOf(id)],
  );
  return rows[0] === undefined ? undefined : toRecord(rows[0]);
}

export async function closeCaseRow(tx: Tx, marketId: MarketId, closed: CaseRecord): Promise<void> {
  await tx.query(
    `update support.case set state = 'closed', outcome = $3, answer = $4, closed_at = $5::timestamptz
     where market_id = $1 and case_id = $2`,
    [keyOf(marketId), keyOf(closed.id), closed.outcome, closed.answer, toRfc3339(closed.closedAt!)],
  );
}

/** Cases of an order or of the market, newest first; `before` continues a list. */
export async function selectCases(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly orderId?: OrderId | undefined;
    readonly state?: SupportCase['state'] | undefined;
    readonly before?: CaseId | undefined;
    readonly limit: number;
  },
): Promise<CaseRecord[]> {
  const rows = await db.query<CaseRow>(
    `select ${COLUMNS} from support.case
     where market_id = $1 and ($2::bigint is null or order_id = $2) and ($3::text is null or state = $3)
       and ($4::bigint is null or case_id < $4)
     order by case_id desc limit $5`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.state ?? null,
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map(toRecord);
}

function toRecord(row: CaseRow): CaseRecord {
  return {
    id: idFromKey('cas', row.case_id),
    orderId: idFromKey('ord', row.order_id),
    openedBy: idFromKey('usr', row.opened_by),
    openedRole: row.opened_role,
    kind: row.kind,
    lines: row.lines,
    text: row.text,
    state: row.state,
    outcome: row.outcome ?? undefined,
    answer: row.answer ?? undefined,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  };
}

/** A case as the API shows it. */
export function toCase(record: CaseRecord): SupportCase {
  const { id, orderId, kind, lines, text, state, outcome, answer, openedRole, openedAt, closedAt } = record;
  return {
    id,
    orderId,
    kind,
    lines: [...lines],
    text,
    state,
    openedByRole: openedRole,
    openedAt: toRfc3339(openedAt),
    ...(outcome === undefined ? {} : { outcome }),
    ...(answer === undefined ? {} : { answer }),
    ...(closedAt === undefined ? {} : { closedAt: toRfc3339(closedAt) }),
  };
}
