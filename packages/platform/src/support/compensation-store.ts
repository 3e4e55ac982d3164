import type { BodyOf, Compensation, RouteOf } from '@halfhour/contract';
import {
  type CaseId,
  type CompensationId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import type { Need } from './policy.ts';

/** What a refund names: lines, fees, or an amount of them or of everything. */
export type RefundWish = Pick<BodyOf<RouteOf<'refundOrder'>>, 'amountMinor' | 'lines' | 'fees'>;

/** What a shopper is given for what went wrong: money back, or goodwill in the wallet. */
export interface CompensationRecord {
  readonly id: CompensationId;
  readonly orderId: OrderId;
  readonly shopperId: UserId;
  readonly caseId?: CaseId | undefined;
  readonly kind: Compensation['kind'];
  readonly amountMinor: number;
  readonly reason: Compensation['reason'];
  readonly note?: string | undefined;
  /** Of a refund: what was asked for, which is the same when it is approved. */
  readonly wish?: RefundWish | undefined;
  readonly state: Compensation['state'];
  /** Why a second person is needed; empty: none. */
  readonly needs: readonly Need[];
  readonly proposedBy: UserId;
  readonly proposedAt: EpochMs;
  readonly expiresAt?: EpochMs | undefined;
  readonly decidedBy?: UserId | undefined;
  readonly decidedAt?: EpochMs | undefined;
  readonly place: string;
}

interface CompensationRow {
  readonly compensation_id: string;
  readonly order_id: string;
  readonly shopper_id: string;
  readonly case_id: string | null;
  readonly kind: Compensation['kind'];
  readonly amount_minor: string;
  readonly reason: Compensation['reason'];
  readonly note: string | null;
  readonly wish: RefundWish | null;
  readonly state: Compensation['state'];
  readonly needs: Need[];
  readonly proposed_by: string;
  readonly proposed_at: EpochMs;
  readonly expires_at: EpochMs | null;
  readonly decided_by: string | null;
  readonly decided_at: EpochMs | null;
  readonly place: string;
}

const COLUMNS = `compensation_id, order_id, shopper_id, case_id, kind, amount_minor, reason, note, wish, state, needs,
  proposed_by, proposed_at, expires_at, decided_by, decided_at, place`;

/** Adds one, or writes what was decided about it. */
export async function writeCompensation(
  tx: Tx,
  marketId: MarketId,
  given: CompensationRecord,
): Promise<void> {
  await tx.query(
    `insert into support.compensation (market_id, ${COLUMNS})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (market_id, compensation_id) do update
       set state = excluded.state, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    [
      keyOf(marketId),
      keyOf(given.id),
      keyOf(given.orderId),
      keyOf(given.shopperId),
      given.caseId === undefined ? null : keyOf(given.caseId),
      given.kind,
      given.amountMinor,
      given.reason,
      given.note ?? null,
      given.wish === undefined ? null : JSON.stringify(given.wish),
      given.state,
      given.needs,
      keyOf(given.proposedBy),
      toRfc3339(given.proposedAt),
      given.expiresAt === undefined ? null : toRfc3339(given.expiresAt),
      given.decidedBy === undefined ? null : keyOf(given.decidedBy),
      given.decidedAt === undefined ? null : toRfc3339(given.decidedAt),
      given.place,
    ],
  );
}

/** Which order a compensation is of. */
export async function selectOrderOf(
  tx: Tx,
  marketId: MarketId,
  id: CompensationId,
): Promise<OrderId | undefined> {
  const rows = await tx.query<{ order_id: string }>(
    `select order_id from support.compensation where market_id = $1 and compensation_id = $2`,
    [keyOf(marketId), keyOf(id)],
  );
  return rows[0] === undefined ? undefined : idFromKey('ord', rows[0].order_id);
}

export interface CompensationFilter {
  readonly orderId?: OrderId | undefined;
  readonly state?: Compensation['state'] | undefined;
  readonly before?: CompensationId | undefined;
  readonly limit: number;
}

/** Compensations of an order or of the market, newest first; `before` continues a list. */
export async function selectCompensations(
  db: Queryable,
  marketId: MarketId,
  filter: CompensationFilter,
): Promise<CompensationRecord[]> {
  const rows = await db.query<CompensationRow>(
    `select ${COLUMNS} from support.compensation
     where market_id = $1 and ($2::bigint is null or order_id = $2) and ($3::text is null or state = $3)
       and ($4::bigint is null or compensation_id < $4)
     order by compensation_id desc limit $5`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.state ?? null,
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('cmp', row.compensation_id),
    orderId: idFromKey('ord', row.order_id),
    shopperId: idFromKey('usr', row.shopper_id),
    caseId: row.case_id === null ? undefined : idFromKey('cas', row.case_id),
    kind: row.kind,
    amountMinor: Number(row.amount_minor),
    reason: row.reason,
    note: row.note ?? undefined,
    wish: row.wish ?? undefined,
    state: row.state,
    needs: row.needs,
    proposedBy: idFromKey('usr', row.proposed_by),
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at ?? undefined,
    decidedBy: row.decided_by === null ? undefined : idFromKey('usr', row.decided_by),
    decidedAt: row.decided_at ?? undefined,
    place: row.place,
  }));
}

/** How often since a moment something was given to a shopper, and to how many others at one door. */
export async function countGiven(
  db: Queryable,
  marketId: MarketId,
  about: { readonly shopperId: UserId; readonly place: string; readonly since: EpochMs },
): Promise<{ readonly ofShopper: number; readonly othersAtPlace: number }> {
  const [row] = await db.query<{ of_shopper: string; others: string }>(
    `select
       (select count(*) from support.compensation
        where market_id = $1 and shopper_id = $2 and state = 'given' and decided_at >= $4::timestamptz) as of_shopper,
       (select count(distinct shopper_id) from support.compensation
        where market_id = $1 and place = $3 and shopper_id <> $2 and state = 'given'
          and decided_at >= $4::timestamptz) as others`,
    [keyOf(marketId), keyOf(about.shopperId), about.place, toRfc3339(about.since)],
  );
  return { ofShopper: Number(row!.of_shopper), othersAtPlace: Number(row!.others) };
}

/** What a person has given on a day; held until the transaction ends, so that the next one counts on. */
export async function lockGiven(tx: Tx, marketId: MarketId, userId: UserId, day: string): Promise<number> {
  const rows = await tx.query<{ amount_minor: string }>(
    `insert into support.given as given (market_id, user_id, day, amount_minor) values ($1, $2, $3::date, 0)
     on conflict (market_id, user_id, day) do update set amount_minor = given.amount_minor
     returning amount_minor`,
    [keyOf(marketId), keyOf(userId), day],
  );
  return Number(rows[0]!.amount_minor);
}

export async function selectGiven(
  db: Queryable,
  marketId: MarketId,
  userId: UserId,
  day: string,
): Promise<number> {
  const rows = await db.query<{ amount_minor: string }>(
    `select amount_minor from support.given where market_id = $1 and user_id = $2 and day = $3::date`,
    [keyOf(marketId), keyOf(userId), day],
  );
  return Number(rows[0]?.amount_minor ?? 0);
}

export async function addGiven(
  tx: Tx,
  marketId: MarketId,
  userId: UserId,
  day: string,
  amountMinor: number,
): Promise<void> {
  await tx.query(
    `update support.given set amount_minor = amount_minor + $4
     where market_id = $1 and user_id = $2 and day = $3::date`,
    [keyOf(marketId), keyOf(userId), day, amountMinor],
  );
}

/** Ends proposals that nobody has answered in time, at most `limit`. @returns which, of what order */
export async function expireProposals(
  tx: Tx,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<{ readonly id: CompensationId; readonly orderId: OrderId }[]> {
  const rows = await tx.query<{ compensation_id: string; order_id: string }>(
    `update support.compensation set state = 'expired', decided_at = $2::timestamptz
     where market_id = $1 and compensation_id in (
       select compensation_id from support.compensation
       where market_id = $1 and state = 'proposed' and expires_at <= $2::timestamptz
       order by compensation_id limit $3 for update skip locked)
     returning compensation_id, order_id`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return rows.map((row) => ({
    id: idFromKey('cmp', row.compensation_id),
    orderId: idFromKey('ord', row.order_id),
  }));
}

/** A compensation as the API shows it to people of support. */
export function toCompensation(record: CompensationRecord): Compensation {
  const { id, orderId, kind, amountMinor, reason, state, needs, proposedBy } = record;
  return {
    id,
    orderId,
    kind,
    amountMinor,
    reason,
    state,
    needs: [...needs],
    proposedBy,
    proposedAt: toRfc3339(record.proposedAt),
    ...(record.caseId === undefined ? {} : { caseId: record.caseId }),
    ...(record.note === undefined ? {} : { note: record.note }),
    ...(record.wish?.lines === undefined ? {} : { lines: record.wish.lines }),
    ...(record.wish?.fees === undefined ? {} : { fees: record.wish.fees }),
    ...(record.expiresAt === undefined ? {} : { expiresAt: toRfc3339(record.expiresAt) }),
    ...(record.decidedBy === undefined ? {} : { decidedBy: record.decidedBy }),
    ...(record.decidedAt === undefined ? {} : { decidedAt: toRfc3339(record.decidedAt) }),
  };
}
