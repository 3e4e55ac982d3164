import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RouteId, createIdSource, epochMs, err, ok } from '@halfhour/kernel';
import { type KeptRoute, findAnswer, relaid, unwritten, withAnswer, wrongCode } from './kept-route.ts';
import {
  MAX_WRONG_CODES,
  PICKUP_NUMBER,
  arrive,
  changeDrops,
  complete,
  countWrongCode,
  createRoute,
  isOpen,
  moveOrders,
  nextStopNumber,
  removeOrders,
} from './route.ts';
import { toRoute } from './to-route.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const place = { label: 'Sarandí 100', lat: -34.9, lng: -56.2 };
const orders = Array.from({ length: 5 }, () => ids.next('ord'));
const at = (seconds: number) => epochMs(1_780_000_000_000 + seconds * 1000);
const dropsOf = (orderIds: typeof orders) =>
  orderIds.map((orderId) => ({ orderId, place, expectedAt: at(900) }));
const keyOf = (turn: number) => ({ caller: 'courier', key: `key ${turn}`, bodyHash: `body ${turn}` });

function newRoute(): KeptRoute {
  return unwritten(
    createRoute({
      id: ids.next('rte') as RouteId,
      marketId: ids.next('mkt'),
      courierId: ids.next('cou'),
      storeId: ids.next('sto'),
      assignedAt: at(0),
      payMinor: 400,
      pickupPlace: place,
      expectedPickupAt: at(300),
      drops: dropsOf(orders.slice(0, 3)),
    }),
  );
}

test('each command is answered again as it was, whatever is done to the route in between', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('arrive' as const, 'complete' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wrong code' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const) }) },
    fc.record({
      kind: fc.constantFrom('remove' as const, 'change' as const, 'move' as const),
      which: fc.subarray(orders, { minLength: 1, maxLength: 2 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let kept = newRoute();
      const answers: unknown[] = [];
      const told = (outcome: ReturnType<typeof findAnswer>): unknown =>
        outcome?.ok === true ? toRoute(outcome.value) : outcome;
      steps.forEach((each, turn) => {
        const { route } = kept;
        if (!isOpen(route)) return;
        const now = at(turn + 1);
        const next = nextStopNumber(route)!;
        switch (each.kind) {
          case 'remove':
            kept = relaid(kept, removeOrders(route, new Set(each.which), now));
            break;
          case 'move': {
            const door = { ...place, label: `door ${turn}` };
            kept = relaid(kept, moveOrders(route, new Map(each.which.map((id) => [id, door]))));
            break;
          }
          case 'change': {
            const change = { drops: dropsOf(each.which), payMinor: 100 + turn, expectedPickupAt: now };
            const changed = changeDrops(route, change, now);
            if (changed.ok) kept = relaid(kept, changed.value);
            break;
          }
          case 'wrong code': {
            const tries = route.dropoffs.find(({ number }) => number === next)?.wrongCodes;
            if (tries === undefined) return;
            if (tries < MAX_WRONG_CODES) kept = { ...kept, route: countWrongCode(route, next) };
            kept = withAnswer(kept, keyOf(turn), wrongCode(Math.min(tries, MAX_WRONG_CODES) + 1));
            answers[turn] = wrongCode(Math.min(tries, MAX_WRONG_CODES) + 1);
            break;
          }
          default: {
            // Arriving again at the pickup changes nothing, and is answered with how far the route is.
            const outcome =
              each.kind === 'again'
                ? arrive(route, 0, now)
                : (each.kind === 'arrive' ? arrive : complete)(route, next, now);
            if (!outcome.ok) return;
            const isPickup = each.kind === 'complete' && next === PICKUP_NUMBER;
            const after = isPickup ? { ...outcome.value, waitingPayMinor: 7 } : outcome.value;
            kept = withAnswer({ ...kept, route: after }, keyOf(turn), ok(after));
            answers[turn] = toRoute(after);
          }
        }
        answers.forEach((answer, before) => {
          assert.deepEqual(told(findAnswer(kept, keyOf(before))), answer);
          const other = { ...keyOf(before), bodyHash: 'other' };
          assert.deepEqual(findAnswer(kept, other), err({ code: 'idempotency_key_reused' }));
        });
        assert.equal(findAnswer(kept, keyOf(-1)), undefined);
      });
    }),
  );
});

test('an earlier layout is kept once, and only where a command was answered by it', () => {
  let kept = newRoute();
  const turn = (orderIds: typeof orders): void => {
    const change = { drops: dropsOf(orderIds), payMinor: 400, expectedPickupAt: at(300) };
    const changed = changeDrops(kept.route, change, at(1));
    assert.ok(changed.ok);
    kept = relaid(kept, changed.value);
  };
  turn(orders.slice(0, 2));
  assert.equal(kept.earlier.length, 0);
  const arrived = arrive(kept.route, 0, at(2));
  assert.ok(arrived.ok);
  kept = withAnswer({ ...kept, route: arrived.value }, keyOf(1), arrived);
  for (const count of [1, 2, 3, 4]) turn(orders.slice(0, count));
  assert.equal(kept.earlier.length, 1);
});
