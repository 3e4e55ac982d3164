import {
  type Clock,
  type EpochMs,
  type MarketId,
  type PaymentId,
  type RefundId,
  DAY_MS,
  epochMs,
  fromRfc3339,
  idFromKey,
  invariant,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import type {
  OperationQuery,
  PaymentAnswer,
  PaymentRequest,
  ProviderOperation,
  ProviderPayout,
} from './provider.ts';
import { daysOf, payoutsOf } from './test-payouts.ts';

export type BookedRequest = PaymentRequest & { readonly refundId?: RefundId | undefined };

/** The embedded provider's own books: what it has really done, whatever it answered. */
export interface TestBooks {
  /** Does it, once for each payment or refund, or says why not. */
  book(
    kind: 'authorise' | 'raise' | ProviderOperation['kind'],
    request: BookedRequest,
  ): Promise<PaymentAnswer>;
  list(
    marketId: MarketId,
    query: OperationQuery,
  ): Promise<{ items: ProviderOperation[]; next?: string | undefined }>;
  of(marketId: MarketId, paymentId: PaymentId): Promise<ProviderOperation[]>;
  payouts(
    marketId: MarketId,
    span: { readonly from: EpochMs; readonly to: EpochMs },
  ): Promise<ProviderPayout[]>;
}

const PAGE = 100;

interface Account {
  authorisedMinor: number;
  capturedMinor: number;
  isVoided: boolean;
  readonly refunds: Map<RefundId, number>;
}

/** Books in memory that are as strict as a provider: for simulations. A test may falsify `operations`. */
export function createMemoryBooks(clock: Clock): TestBooks & { readonly operations: ProviderOperation[] } {
  const accounts = new Map<PaymentId, Account>();
  const operations: ProviderOperation[] = [];
  const no = (reason: string): PaymentAnswer => ({ kind: 'declined', reason });

  function write(
    kind: ProviderOperation['kind'],
    { paymentId, refundId }: BookedRequest,
    amountMinor: number,
  ): void {
    const id = `op_${operations.length}`;
    operations.push({ id, kind, paymentId, refundId, amountMinor, at: clock.now() });
  }

  function apply(kind: Parameters<TestBooks['book']>[0], request: BookedRequest): PaymentAnswer {
    const { paymentId, amountMinor, refundId } = request;
    const done: PaymentAnswer = { kind: 'done', reference: `test_${paymentId}` };
    const account = accounts.get(paymentId);
    if (kind === 'authorise') {
      if (account === undefined) {
        accounts.set(paymentId, {
          authorisedMinor: amountMinor,
          capturedMinor: 0,
          isVoided: false,
          refunds: new Map(),
        });
      }
      return account?.isVoided === true ? no('It was voided.') : done;
    }
    // What nobody has authorised holds nothing; a request that comes later is none of this provider's concern.
    if (account === undefined) return kind === 'void' ? done : no('There is no such payment.');
    switch (kind) {
      case 'raise':
        if (account.isVoided || account.capturedMinor > 0) return no('It is settled.');
        account.authorisedMinor = Math.max(account.authorisedMinor, amountMinor);
        return done;
      case 'capture':
        if (account.isVoided) return no('It was voided.');
        if (account.capturedMinor > 0) return { ...done, amountMinor: account.capturedMinor };
        if (amountMinor > account.authorisedMinor) return no('That is more than was authorised.');
        account.capturedMinor = amountMinor;
        write(kind, request, amountMinor);
        return done;
      case 'void':
        if (account.capturedMinor > 0) return no('It was captured.');
        if (!account.isVoided) write(kind, request, 0);
        account.isVoided = true;
        return done;
      case 'refund': {
        invariant(refundId !== undefined, 'a refund has an id');
        if (account.refunds.has(refundId)) return done;
        const before = [...account.refunds.values()].reduce((sum, each) => sum + each, 0);
        if (before + amountMinor > account.capturedMinor) return no('That is more than was captured.');
        account.refunds.set(refundId, amountMinor);
        write(kind, request, amountMinor);
        return done;
      }
    }
  }

  return {
    operations,
    book: (kind, request) => Promise.resolve(apply(kind, request)),
    of: (_marketId, paymentId) =>
      Promise.resolve(operations.filter((operation) => operation.paymentId === paymentId)),
    payouts: (_marketId, { from, to }) => Promise.resolve(payoutsOf(daysOf(operations, from, to))),
    list(_marketId, { from, to, cursor = '0' }) {
      const found = operations.filter(({ at }) => at >= from && at < to);
      const start = Number(cursor);
      const items = found.slice(start, start + PAGE);
      return Promise.resolve({
        items,
        ...(start + PAGE < found.length ? { next: String(start + PAGE) } : {}),
      });
    },
  };
}

/** Books in Postgres, where a process that starts again finds them. They believe what they are told. */
export function createPostgresBooks(db: Queryable, clock: Clock): TestBooks {
  return {
    async book(kind, request) {
      const { marketId, paymentId, refundId, amountMinor } = request;
      if (kind !== 'authorise' && kind !== 'raise') {
        await db.query(
          `insert into payments.test_operation (market_id, payment_id, kind, refund_id, amount_minor, at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
          [
            keyOf(marketId),
            keyOf(paymentId),
            kind,
            refundId === undefined ? 0 : keyOf(refundId),
            kind === 'void' ? 0 : amountMinor,
            toRfc3339(clock.now()),
          ],
        );
      }
      return { kind: 'done', reference: `test_${paymentId}` };
    },
    async of(marketId, paymentId) {
      const rows = await db.query<OperationRow>(
        `select payment_id, kind, refund_id, amount_minor, at from payments.test_operation
         where market_id = $1 and payment_id = $2`,
        [keyOf(marketId), keyOf(paymentId)],
      );
      return rows.map(toOperation);
    },
    async payouts(marketId, { from, to }) {
      const rows = await db.query<{ day: EpochMs; captured: string; refunded: string }>(
        `select date_trunc('day', at, 'UTC') as day,
           coalesce(sum(amount_minor) filter (where kind = 'capture'), 0) as captured,
           coalesce(sum(amount_minor) filter (where kind = 'refund'), 0) as refunded
         from payments.test_operation
         where market_id = $1 and kind <> 'void' and at >= $2::timestamptz and at < $3::timestamptz
         group by 1
         order by 1`,
        [keyOf(marketId), toRfc3339(wholeDay(from, 1)), toRfc3339(wholeDay(to, 0))],
      );
      return payoutsOf(
        rows.map(({ day, captured, refunded }) => ({
          startsAt: day,
          capturedMinor: Number(captured),
          refundedMinor: Number(refunded),
        })),
      );
    },
    async list(marketId, { from, to, cursor }) {
      const [at, payment, kind, refund] = cursor?.split(' ') ?? [];
      const rows = await db.query<OperationRow>(
        `select payment_id, kind, refund_id, amount_minor, at from payments.test_operation
         where market_id = $1 and at >= $2::timestamptz and at < $3::timestamptz
           and ($4::timestamptz is null or (at, payment_id, kind, refund_id) > ($4, $5::bigint, $6::text, $7::bigint))
         order by at, payment_id, kind, refund_id limit $8`,
        [
          keyOf(marketId),
          toRfc3339(from),
          toRfc3339(to),
          at === undefined ? null : toRfc3339(momentOf(at)),
          payment ?? null,
          kind ?? null,
          refund ?? null,
          PAGE,
        ],
      );
      const last = rows.at(-1);
      return {
        items: rows.map(toOperation),
        ...(last === undefined || rows.length < PAGE
          ? {}
          : { next: [toRfc3339(last.at), last.payment_id, last.kind, last.refund_id].join(' ') }),
      };
    },
  };
}

/** The beginning of the day of UTC, or of the next one where that has begun. */
function wholeDay(moment: EpochMs, roundsUp: 0 | 1): EpochMs {
  return epochMs((roundsUp === 1 ? Math.ceil(moment / DAY_MS) : Math.floor(moment / DAY_MS)) * DAY_MS);
}

interface OperationRow {
  readonly payment_id: string;
  readonly kind: ProviderOperation['kind'];
  readonly refund_id: string;
  readonly amount_minor: string;
  readonly at: EpochMs;
}

function toOperation(row: OperationRow): ProviderOperation {
  return {
    id: `${row.kind}_${row.payment_id}_${row.refund_id}`,
    kind: row.kind,
    paymentId: idFromKey('pay', row.payment_id),
    refundId: row.refund_id === '0' ? undefined : idFromKey('ref', row.refund_id),
    amountMinor: Number(row.amount_minor),
    at: row.at,
  };
}

function momentOf(text: string): EpochMs {
  const moment = fromRfc3339(text);
  invariant(moment !== undefined, `not a cursor: ${text}`);
  return moment;
}
