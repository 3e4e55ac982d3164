import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LatenessRisk } from '@halfhour/contract';
import { anOrder, NOW } from './live-market.fixture.ts';
import { shortCode } from '../ui/short-code.ts';
import { boardRows, countByRisk, minutesUntilDue, NO_FILTER, riskAt } from './order-board.ts';

const nowMs = Date.parse(NOW);
const dueIn = (minutes: number): string => new Date(nowMs + minutes * 60_000).toISOString();
const noNames = (): string => '';

test('the most urgent order stands first: late before at risk before on time, then by promise', () => {
  const orders = [
    anOrder(1, { promiseLatest: dueIn(5) }),
    anOrder(2, { promiseLatest: dueIn(20), risk: 'at_risk' }),
    anOrder(3, { promiseLatest: dueIn(10), risk: 'at_risk' }),
    anOrder(4, { promiseLatest: dueIn(-1) }),
  ];
  const rows = boardRows(orders, NO_FILTER, nowMs, noNames);
  assert.deepEqual(
    rows.map((row) => row.order.id),
    [4, 3, 2, 1].map((key) => anOrder(key).id),
  );
});

test('an order whose promise has passed is late, whatever was last reported', () => {
  assert.equal(riskAt(anOrder(1, { promiseLatest: dueIn(-1), risk: 'on_time' }), nowMs), 'late');
  assert.equal(riskAt(anOrder(1, { promiseLatest: dueIn(1), risk: 'at_risk' }), nowMs), 'at_risk');
});

test('words are found in the address, the store and the courier, without accents, all of them', () => {
  const order = anOrder(1, { address: { label: 'Canelónes 1120', lat: 0, lng: 0 } });
  const names = (id: string): string => (id.startsWith('sto') ? 'Café Ñandú' : '');
  const found = (words: string): number => boardRows([order], { ...NO_FILTER, words }, nowMs, names).length;
  assert.equal(found('canelones nandu'), 1);
  assert.equal(found('canelones pizza'), 0);
  assert.equal(found(shortCode(order.id)), 1);
});

test('"due within" keeps what is due by then and what is overdue; zero keeps the overdue alone', () => {
  const orders = [-3, 4, 14, 16].map((minutes, key) => anOrder(key, { promiseLatest: dueIn(minutes) }));
  const kept = (dueWithinMinutes: number): number =>
    boardRows(orders, { ...NO_FILTER, dueWithinMinutes }, nowMs, noNames).length;
  assert.equal(kept(15), 3);
  assert.equal(kept(0), 1);
});

test('minutes until due are rounded towards the earlier', () => {
  assert.equal(minutesUntilDue(anOrder(1, { promiseLatest: dueIn(1.9) }), nowMs), 1);
  assert.equal(minutesUntilDue(anOrder(1, { promiseLatest: dueIn(-0.1) }), nowMs), -1);
});

test('any orders: without a filter none is lost, and urgency never rises down the list', () => {
  const rank: Record<LatenessRisk, number> = { late: 0, at_risk: 1, on_time: 2 };
  const order = fc.record({
    due: fc.integer({ min: -60, max: 60 }),
    risk: fc.constantFrom<LatenessRisk>('on_time', 'at_risk', 'late'),
  });
  fc.assert(
    fc.property(fc.array(order, { maxLength: 40 }), (drawn) => {
      const orders = drawn.map(({ due, risk }, key) => anOrder(key, { promiseLatest: dueIn(due), risk }));
      const rows = boardRows(orders, NO_FILTER, nowMs, noNames);
      assert.deepEqual(new Set(rows.map((row) => row.order)), new Set(orders));
      rows.slice(1).forEach((row, index) => {
        const before = rows[index]!;
        assert.ok(rank[before.risk] <= rank[row.risk]);
        if (before.risk === row.risk) assert.ok(before.dueMs <= row.dueMs);
      });
      const counts = countByRisk(orders, nowMs);
      assert.equal(counts.late + counts.at_risk + counts.on_time, orders.length);
    }),
  );
});
