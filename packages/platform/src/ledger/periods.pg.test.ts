import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, createIdSource, currency, fromRfc3339, keyOf, toRfc3339 } from '@halfhour/kernel';
import { selectActions } from '../audit/index.ts';
import { createMarkets } from '../markets/index.ts';
import { createTestDatabase, createTestMarket } from '../testing/index.ts';
import {
  COMMISSION,
  LOSSES,
  createLedgerRoutes,
  postTransactions,
  selectBalance,
  selectTransactions,
} from './index.ts';

/** Wednesday, noon in Montevideo. */
const clock = new ManualClock(fromRfc3339('2026-06-03T15:00:00Z')!);
const ids = createIdSource(() => clock.now(), 1);
const db = await createTestDatabase();
const { marketId } = await createTestMarket(db, ids);
const routes = createLedgerRoutes({ db, clock, ids, markets: createMarkets({ db }), onCommit: () => {} });
const userId = ids.next('usr');
let keys = 0;

const asked = <Body>(body: Body, key = `key-${++keys}`) => ({
  params: { marketId },
  query: undefined,
  body,
  authority: { userId, role: 'operator', scope: 'market', merchantIds: [], courierIds: [] } as const,
  command: { caller: userId, key, bodyHash: JSON.stringify(body) },
  requestId: 'r',
  signal: new AbortController().signal,
});
const close = (throughDay: string, key?: string) =>
  routes.closePeriod(asked({ throughDay, note: 'month end' }, key));
const correct = (postings: { account: string; amountMinor: number }[], key?: string) =>
  routes.postLedgerCorrection(asked({ reason: 'booked twice', postings }, key));
const postAt = (moment: string): Promise<void> =>
  db.transaction(async (tx) =>
    postTransactions(tx, marketId, ids, [
      {
        kind: 'test',
        reference: ids.next('ord'),
        currency: currency('UYU'),
        postedAt: fromRfc3339(moment)!,
        postings: [
          { account: COMMISSION, amountMinor: -100 },
          { account: LOSSES, amountMinor: 100 },
        ],
      },
    ]),
  );

test('a day that has not ended an hour ago is not closed, an earlier one is, with who closed it and why', async () => {
  const today = await close('2026-06-03');
  assert.ok(!today.ok && today.error.code === 'wrong_state');
  const closed = await close('2026-06-01');
  assert.ok(closed.ok);
  // Montevideo is three hours behind.
  assert.equal(closed.value.closedUntil, '2026-06-02T03:00:00.000Z');
  const listed = await routes.listPeriodCloses({ ...asked(undefined), query: { limit: 10 } });
  assert.ok(listed.ok);
  assert.deepEqual(
    listed.value.items.map(({ throughDay, closedBy, note }) => [throughDay, closedBy, note]),
    [['2026-06-01', userId, 'month end']],
  );
});

test('what is closed takes no posting any more, what is open does', async () => {
  await assert.rejects(postAt('2026-06-02T02:59:59.999Z'), /is closed: correct it by a posting of now/);
  await postAt('2026-06-02T03:00:00Z');
  assert.equal(await selectBalance(db, marketId, COMMISSION.code), -100);
});

test('a period is closed once, cannot be opened again, and its close cannot be taken back', async () => {
  const again = await close('2026-06-01');
  assert.ok(!again.ok && again.error.code === 'wrong_state');
  const earlier = await close('2026-05-31');
  assert.ok(!earlier.ok && earlier.error.code === 'wrong_state');
  for (const change of [
    `update ledger.period_close set closed_until = '2020-01-01' where market_id = $1`,
    `delete from ledger.period_close where market_id = $1`,
  ]) {
    await assert.rejects(db.query(change, [keyOf(marketId)]), /only ever added to/);
  }
});

test('who closes with the same key again is told the same; the next day can be closed after', async () => {
  const first = await close('2026-06-02', 'the-same-key');
  const second = await close('2026-06-02', 'the-same-key');
  assert.ok(first.ok);
  assert.deepEqual(second, first);
});

test('a correction is a posting of now that says who wrote it and why, once for a key', async () => {
  const postings = [
    { account: COMMISSION.code, amountMinor: 100 },
    { account: LOSSES.code, amountMinor: -100 },
  ];
  const first = await correct(postings, 'one-correction');
  assert.ok(first.ok);
  assert.deepEqual(await correct(postings, 'one-correction'), first);
  assert.equal(await selectBalance(db, marketId, COMMISSION.code), 0);
  const [newest] = await selectTransactions(db, marketId, { limit: 1 });
  assert.deepEqual(
    {
      kind: newest!.kind,
      cause: newest!.cause,
      actor: newest!.actor,
      reason: newest!.reason,
      at: newest!.postedAt,
    },
    { kind: 'correction', cause: first.value.id, actor: userId, reason: 'booked twice', at: clock.now() },
  );
});

test('the audit trail says who closed which day, and who corrected what', async () => {
  const actions = await selectActions(db, marketId, { limit: 10 });
  assert.deepEqual(
    actions.map(({ kind, by, reason }) => [kind, by.userId, reason]),
    [
      ['ledger_corrected', userId, 'booked twice'],
      ['period_closed', userId, 'month end'],
      ['period_closed', userId, 'month end'],
    ],
  );
});

test('a correction that does not balance or names an account that is not there is refused', async () => {
  for (const [second, amountMinor] of [
    [LOSSES.code, -99],
    ['merchant:sto_0000000000000:payable', -100],
    ['losses', -100],
    [COMMISSION.code, -100],
  ] as const) {
    const refused = await correct([
      { account: COMMISSION.code, amountMinor: 100 },
      { account: second, amountMinor },
    ]);
    assert.ok(!refused.ok && refused.error.code === 'invalid_request', second);
  }
  assert.equal(await selectBalance(db, marketId, COMMISSION.code), 0);
});

test('an account is read at a moment, as a statement and in the trial balance', async () => {
  const query = { account: COMMISSION.code, at: toRfc3339(clock.now()) };
  const balance = await routes.getLedgerBalance({ ...asked(undefined), query });
  assert.ok(balance.ok && balance.value.balanceMinor === 0);
  const before = await routes.getLedgerBalance({
    ...asked(undefined),
    query: { ...query, at: '2026-06-02T04:00:00Z' },
  });
  assert.ok(before.ok && before.value.balanceMinor === -100);
  const entries = await routes.listLedgerEntries({
    ...asked(undefined),
    query: { account: COMMISSION.code, limit: 1 },
  });
  assert.ok(entries.ok && entries.value.next !== undefined);
  assert.deepEqual(
    entries.value.items.map(({ kind, balanceMinor }) => [kind, balanceMinor]),
    [['correction', 0]],
  );
  const rest = await routes.listLedgerEntries({
    ...asked(undefined),
    query: { account: COMMISSION.code, limit: 5, cursor: entries.value.next },
  });
  assert.ok(rest.ok);
  assert.deepEqual(
    rest.value.items.map(({ kind, balanceMinor }) => [kind, balanceMinor]),
    [['test', -100]],
  );
  const trial = await routes.getTrialBalance({ ...asked(undefined), query: { at: '2026-06-02T04:00:00Z' } });
  assert.ok(trial.ok);
  assert.deepEqual([trial.value.debitMinor, trial.value.creditMinor], [100, 100]);
  const unknown = await routes.listLedgerEntries({
    ...asked(undefined),
    query: { account: 'nobody', limit: 5 },
  });
  assert.ok(!unknown.ok && unknown.error.code === 'not_found');
});
