import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type EpochMs,
  type TransactionId,
  createIdSource,
  currency,
  epochMs,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import {
  type TransactionDraft,
  COMMISSION,
  REFUNDS,
  bank,
  clearing,
  postTransactions,
  refundsDue,
  rollUp,
  selectBalance,
  selectBalanceAt,
  selectBalancesAt,
  selectEntries,
  selectImbalance,
  shopperReceivable,
  trialBalance,
} from './index.ts';

/** 2026-06-01T00:00Z. */
const START = 1_780_272_000_000;
const ACCOUNTS = [COMMISSION, REFUNDS, bank, clearing('test'), refundsDue, shopperReceivable];
const db = await createTestDatabase();
/** Each id a millisecond after the one before, whatever the market's clock says. */
let wall = START;
const ids = createIdSource(() => epochMs((wall += 1)), 1);

/** What a transaction posts, when in seconds from the start of the open period on, with those posted at the same time. */
const draft = fc.record({
  second: fc.nat(40),
  postings: fc.uniqueArray(fc.tuple(fc.nat(ACCOUNTS.length - 2), fc.integer({ min: -1e6, max: 1e6 })), {
    selector: ([account]) => account,
    minLength: 1,
    maxLength: 5,
  }),
});
const group = fc.array(draft, { minLength: 1, maxLength: 6 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('post' as const),
      groups: fc.array(group, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('roll' as const), atMost: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), second: fc.nat(30) }) },
);

interface Posted {
  readonly at: number;
  readonly amounts: ReadonlyMap<string, number>;
}

test('balances now and then, statements and trial balances are those of a plain list of what was posted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const market = await createEmptyMarket(db, ids);
      const posted = new Map<string, Posted>();
      let open = START;
      for (const each of steps) {
        if (each.kind === 'roll') {
          await rollUp(db, ids, market, { lagMs: 0, atLeast: 1, atMost: each.atMost });
        } else if (each.kind === 'close') {
          const until = open + each.second * 1_000 + 500;
          await db.query(
            `insert into ledger.period_close (market_id, close_id, through_day, closed_until, closed_at, closed_by, note)
             values ($1, $2, $3::timestamptz::date, $3::timestamptz, $3::timestamptz, 'usr', '')`,
            [keyOf(market), keyOf(ids.next('cls')), toRfc3339(epochMs(until))],
          );
          open = until;
        } else {
          const drafts = each.groups.map((members) =>
            members.map(({ second, postings }): TransactionDraft => {
              const sum = postings.reduce((total, [, amount]) => total + amount, 0);
              return {
                kind: 'test',
                reference: ids.next('ord'),
                currency: currency('UYU'),
                postedAt: epochMs(open + second * 1_000),
                postings: [
                  ...postings.map(([account, amountMinor]) => ({ account: ACCOUNTS[account]!, amountMinor })),
                  { account: ACCOUNTS.at(-1)!, amountMinor: -sum },
                ],
              };
            }),
          );
          // Side by side with each other and with a roll-up that passes ids which are on their way.
          await Promise.all([
            ...drafts.map((members) =>
              db.transaction(async (tx) => postTransactions(tx, market, ids, members)),
            ),
            rollUp(db, ids, market, { lagMs: 0, atLeast: 2, atMost: 5 }),
          ]);
          for (const { reference, postedAt, postings } of drafts.flat()) {
            const amounts = new Map(
              postings
                .filter(({ amountMinor }) => amountMinor !== 0)
                .map((p) => [p.account.code, p.amountMinor]),
            );
            posted.set(reference, { at: postedAt, amounts });
          }
        }
      }
      await compare(market, posted, open);
    }),
    { numRuns: Number(process.env['HALFHOUR_TEST_RUNS'] ?? 12) },
  );
});

async function compare(
  market: Parameters<typeof selectBalance>[1],
  posted: ReadonlyMap<string, Posted>,
  open: number,
): Promise<void> {
  assert.deepEqual(await selectImbalance(db, market), { sumMinor: 0, unbalanced: 0 });
  const sumOf = (code: string, until: number): number =>
    [...posted.values()].reduce(
      (sum, { at, amounts }) => sum + (at <= until ? (amounts.get(code) ?? 0) : 0),
      0,
    );
  const moments = [START - 1, START, START + 7_000, open - 1, open, open + 20_000, open + 100_000];
  for (const { code } of ACCOUNTS) {
    const isKnown = [...posted.values()].some(({ amounts }) => amounts.has(code));
    assert.equal(await selectBalance(db, market, code), isKnown ? sumOf(code, Infinity) : undefined, code);
    for (const at of moments) {
      const expected = isKnown ? sumOf(code, at) : undefined;
      assert.equal(
        await selectBalanceAt(db, market, code, at as EpochMs),
        expected,
        `${code} at ${at - START}`,
      );
    }
    const entries = await readStatement(market, code);
    if (!isKnown) {
      assert.equal(entries, undefined);
      continue;
    }
    assert.deepEqual(
      new Map(entries!.map(({ cause, amountMinor }) => [cause as string, amountMinor])),
      new Map(
        [...posted]
          .filter(([, { amounts }]) => amounts.has(code))
          .map(([id, { amounts }]) => [id, amounts.get(code)!]),
      ),
    );
    let balance = 0;
    for (const entry of entries!.toReversed()) {
      balance += entry.amountMinor;
      assert.equal(entry.balanceMinor, balance, `${code} after ${entry.transactionId}`);
    }
  }
  for (const at of moments) {
    const { debitMinor, creditMinor, lines } = trialBalance(
      await selectBalancesAt(db, market, at as EpochMs),
    );
    assert.equal(debitMinor, creditMinor);
    for (const { family, debitMinor: debit, creditMinor: credit } of lines) {
      const account = ACCOUNTS.find(({ code }) => code === family) ?? clearing('test');
      assert.equal(debit - credit, sumOf(account.code, at), `${family} at ${at - START}`);
    }
  }
}

/** All pages of a statement. */
async function readStatement(market: Parameters<typeof selectBalance>[1], code: string) {
  const all = [];
  let before: TransactionId | undefined;
  for (;;) {
    const entries = await selectEntries(db, market, code, { before, limit: 3 });
    if (entries === undefined) return undefined;
    all.push(...entries);
    if (entries.length < 3) return all;
    before = entries.at(-1)!.transactionId;
  }
}
