import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFormat } from '../ui/format.ts';
import { factsOf, humanise } from './timeline-text.ts';

const format = createFormat('en', 'America/Montevideo', 'UYU');

test('event names of any spelling become a sentence', () => {
  for (const name of ['OrderPickedUp', 'order_picked_up', 'order.picked-up']) {
    assert.equal(humanise(name), 'Order picked up');
  }
});

test('facts are written by the unit at the end of their name', () => {
  const data = {
    amountMinor: 45_000,
    preparationSeconds: 600,
    expectedReadyAt: '2026-11-23T15:10:00.000Z',
    distanceMetres: 1200,
    courierId: 'cou_0000000000001',
    routeId: 'rte_0000000000001',
    nested: { a: 1 },
    reason: 'operator',
  };
  const facts = factsOf(data, format, (id) => (id.startsWith('cou') ? 'Ana' : undefined));
  assert.deepEqual(
    facts.map(({ name, value }) => `${name}: ${value.replaceAll(/\s/g, ' ')}`),
    [
      'Amount: $450.00',
      'Preparation: 10 min',
      'Expected ready: 12:10',
      'Distance: 1,200 m',
      'Courier: Ana',
      'Reason: operator',
    ],
  );
});
