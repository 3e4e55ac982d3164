import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMs, createIdSource, epochMs } from '@halfhour/kernel';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import { type ActionDraft, recordAction, selectActions } from './index.ts';

const NOW = epochMs(1_780_000_000_000);
const ids = createIdSource(() => NOW, 1);
const db = await createTestDatabase();
const user = ids.next('usr');
const other = ids.next('usr');

const draft = (more: Partial<ActionDraft> = {}): ActionDraft => ({
  at: NOW,
  by: { userId: user, role: 'operator' },
  kind: 'limit_changed',
  subject: other,
  reason: 'more trust',
  before: { perDayMinor: 5 },
  after: { perDayMinor: 9 },
  requestId: 'request-1',
  ...more,
});

test('an action is there exactly if what was done is there', async () => {
  const market = await createEmptyMarket(db, ids);
  await db.transaction(async (tx) => recordAction(tx, market, ids, draft()));
  await assert.rejects(
    db.transaction(async (tx) => {
      recordAction(tx, market, ids, draft({ reason: 'never done' }));
      throw new Error('the rest failed');
    }),
  );
  const actions = await selectActions(db, market, { limit: 10 });
  assert.deepEqual(actions, [{ ...draft(), id: actions[0]!.id, orderId: undefined, amountMinor: undefined }]);
});

test('actions are listed by order, by person and by time, page after page', async () => {
  const market = await createEmptyMarket(db, ids);
  const orderId = ids.next('ord');
  await db.transaction(async (tx) => {
    recordAction(tx, market, ids, draft({ reason: 'a', orderId, amountMinor: 300 }));
    recordAction(tx, market, ids, draft({ reason: 'b', by: { userId: other, role: 'admin' } }));
    recordAction(tx, market, ids, draft({ reason: 'c', at: addMs(NOW, 5_000) }));
    recordAction(tx, market, ids, draft({ reason: 'd', at: addMs(NOW, 5_000), orderId }));
  });
  const reasons = async (filter: object): Promise<(string | undefined)[]> =>
    (await selectActions(db, market, { limit: 10, ...filter })).map(({ reason }) => reason);
  assert.deepEqual(await reasons({}), ['d', 'c', 'b', 'a']);
  assert.deepEqual(await reasons({ orderId }), ['d', 'a']);
  assert.deepEqual(await reasons({ userId: other }), ['b']);
  assert.deepEqual(await reasons({ from: addMs(NOW, 1) }), ['d', 'c']);
  assert.deepEqual(await reasons({ until: addMs(NOW, 1) }), ['b', 'a']);
  const first = await selectActions(db, market, { limit: 2 });
  assert.deepEqual(await reasons({ before: first[1]!.id }), ['b', 'a']);
});

test('Postgres itself refuses to change or remove an action', async () => {
  const market = await createEmptyMarket(db, ids);
  await db.transaction(async (tx) => recordAction(tx, market, ids, draft()));
  for (const statement of [
    `update audit.action set reason = 'another'`,
    'delete from audit.action',
    'truncate audit.action',
  ]) {
    await assert.rejects(db.query(statement), /only ever added to/);
  }
});
