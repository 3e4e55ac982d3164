import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plan, defaultPolicy } from '@halfhour/engines/dispatch';
import { type CourierId, type OrderId, type StoreId, createIdSource, epochMs } from '@halfhour/kernel';
import type { RouteRecord } from '../delivery/index.ts';
import { BEGINNING } from '../events/index.ts';
import { DecisionBook } from './decisions.ts';
import { enactPlan } from './enact-plan.ts';
import { type DispatchOrder, type MarketMemory, emptyMemory } from './market-memory.ts';
import { type Snapshot, Snapshotter } from './snapshot.ts';

const T0 = epochMs(1_780_000_000_000);
const at = (seconds: number) => epochMs(T0 + seconds * 1_000);
const ids = createIdSource(() => T0, 1);
const marketId = ids.next('mkt');
const [A, B] = [ids.next('sto'), ids.next('sto')] as const;
const [X, Y] = [ids.next('cou'), ids.next('cou')] as const;
/** On a line, 100 seconds apart for each unit of `lng`. */
const place = (lng: number) => ({ label: `at ${lng}`, lat: 0, lng });
const travel = {
  nodeOf: ({ lng }: { lng: number }) => lng,
  seconds: (from: number, to: number) => Math.abs(to - from) * 100,
  metres: (from: number, to: number) => Math.abs(to - from) * 1_000,
};
const policy = { ...defaultPolicy, pickupServiceSeconds: 60, dropServiceSeconds: 60 };

function world(): {
  memory: MarketMemory;
  order(storeId: StoreId, more?: Partial<DispatchOrder>): OrderId;
  route(
    courierId: CourierId,
    storeId: StoreId,
    orders: readonly OrderId[],
    more?: Partial<RouteRecord>,
  ): RouteRecord;
  take(now?: number): Snapshot;
} {
  const memory = emptyMemory(marketId, BEGINNING);
  // Both stores are in the same house.
  for (const id of [A, B]) memory.stores.set(id, { id, address: place(10) });
  for (const [index, id] of [X, Y].entries()) {
    memory.couriers.set(id, {
      id,
      marketId,
      name: id,
      vehicle: 'motorcycle',
      status: 'idle',
      load: 0,
      shiftEnding: false,
      onBreak: false,
      position: place(index),
      positionAt: T0,
      shiftEndsAt: at(36_000),
    });
  }
  const snapshotter = new Snapshotter(() => travel, {
    policy,
    tickSeconds: 20,
    origin: T0,
    latestAfterSeconds: 5_400,
    silentAfterMs: () => 600_000,
  });
  return {
    memory,
    order(storeId, more = {}) {
      const id = ids.next('ord');
      memory.orders.set(id, {
        id,
        storeId,
        state: 'accepted',
        address: place(20),
        placedAt: T0,
        slot: undefined,
        prepareAt: undefined,
        promiseLatest: at(2_400),
        preparationSeconds: 600,
        expectedReadyAt: at(600),
        readyAt: undefined,
        courierId: undefined,
        expectedDeliveryAt: undefined,
        declinedBy: [],
        load: { litres: 1, grams: 400, coldLitres: 0, hotLitres: 0 },
        requires: [],
        ...more,
      });
      return id;
    },
    route(courierId, storeId, orders, more = {}) {
      const route: RouteRecord = {
        id: ids.next('rte'),
        marketId,
        courierId,
        storeId,
        state: 'assigned',
        assignedAt: T0,
        payMinor: 1,
        pickup: { place: place(10), expectedAt: at(600) },
        dropoffs: orders.map((orderId, index) => ({
          number: index + 1,
          orderId,
          place: place(20 + index),
          expectedAt: at(2_000),
          wrongCodes: 0,
        })),
        ...more,
      };
      memory.routes.set(route.id, route);
      return route;
    },
    take: (now = 0) => snapshotter.take(memory, new Map(), at(now)),
  };
}

type Bundle = [
  courier: CourierId,
  store: StoreId,
  orders: readonly OrderId[],
  action: 'wait' | 'go' | 'collect',
];

function planOf(snapshot: Snapshot, bundles: readonly Bundle[]): Plan {
  const keyOf = <Value extends { id: string }>(map: ReadonlyMap<number, Value>, id: string): number =>
    [...map].find(([, value]) => value.id === id)![0];
  return {
    assignments: bundles.map(([courier, store, orders, action]) => ({
      courierKey: keyOf(snapshot.courierOf, courier),
      storeNode: keyOf(snapshot.storeOf, store),
      orderKeys: orders.map((order) => keyOf(snapshot.orderOf, order)),
      departAtSeconds: 0,
      pickupAtSeconds: 700,
      dropKeys: orders.map((order) => keyOf(snapshot.orderOf, order)),
      dropAtSeconds: orders.map((_, index) => 1_800 + 100 * index),
      action,
    })),
    prepositions: [],
    unassigned: [],
    leftOut: [],
  };
}

const enact = (snapshot: Snapshot, bundles: readonly Bundle[]) => {
  const payMinor = (_: unknown, orders: readonly unknown[]): number => 10 * orders.length;
  const { updates, assignments, expectations } = enactPlan(snapshot, planOf(snapshot, bundles), { payMinor });
  return {
    updates: updates.map(({ routeId, drops, payMinor: pay }) => [
      routeId,
      drops.map((drop) => drop.orderId),
      pay,
    ]),
    assignments: assignments.map(({ courierId, storeId, drops }) => [
      courierId,
      storeId,
      drops.map((drop) => drop.orderId),
    ]),
    expected: expectations.map(({ orderId }) => orderId),
  };
};

test('a bundle that can wait is not committed, but the shopper is told when to expect it', () => {
  const w = world();
  const one = w.order(A);
  assert.deepEqual(enact(w.take(), [[X, A, [one], 'wait']]), {
    updates: [],
    assignments: [],
    expected: [one],
  });
});

test('a courier that must leave now gets its bundle as a route; its later bundles wait', () => {
  const w = world();
  const [one, two] = [w.order(A), w.order(B)];
  const bundles: Bundle[] = [
    [X, A, [one], 'go'],
    [X, B, [two], 'wait'],
  ];
  assert.deepEqual(enact(w.take(), bundles), { updates: [], assignments: [[X, A, [one]]], expected: [two] });
});

test('a route on its way follows what the plan holds for its store, in sequence and content', () => {
  const w = world();
  const [one, two] = [w.order(A), w.order(A)];
  const route = w.route(X, A, [one]);
  assert.deepEqual(enact(w.take(), [[X, A, [one], 'wait']]).updates, []);
  for (const action of ['wait', 'go', 'collect'] as const) {
    assert.deepEqual(enact(w.take(), [[X, A, [two, one], action]]).updates, [[route.id, [two, one], 20]]);
  }
});

test('an order that another sets out for leaves the route of the first; one that only might be moved stays', () => {
  const w = world();
  const [one, two] = [w.order(A), w.order(A)];
  const route = w.route(X, A, [one, two]);
  const moved = enact(w.take(), [[Y, A, [two], 'go']]);
  assert.deepEqual(moved.updates, [[route.id, [one], 10]]);
  assert.deepEqual(moved.assignments, [[Y, A, [two]]]);
  assert.deepEqual(enact(w.take(), [[Y, A, [two], 'wait']]).updates, []);
});

test('orders move between two routes on their way in one round', () => {
  const w = world();
  const [one, two] = [w.order(A), w.order(A)];
  const [x, y] = [w.route(X, A, [one, two]), w.route(Y, A, [])];
  const moved = enact(w.take(), [
    [X, A, [one], 'go'],
    [Y, A, [two], 'go'],
  ]);
  assert.deepEqual(moved.updates, [
    [x.id, [one], 10],
    [y.id, [two], 10],
  ]);
});

test('a courier sent to another store gives up the route it had', () => {
  const w = world();
  const [one, two] = [w.order(A), w.order(B)];
  const route = w.route(X, A, [one]);
  const sent = enact(w.take(), [
    [X, B, [two], 'go'],
    [Y, A, [one], 'wait'],
  ]);
  assert.deepEqual(sent.updates, [[route.id, [], 0]]);
  assert.deepEqual(sent.assignments, [[X, B, [two]]]);
});

test('a courier is free where its work ends: after its doors, at the store it goes to, or where it stands', () => {
  const w = world();
  const [one, two] = [
    w.order(A, { state: 'picked_up' }),
    w.order(A, { state: 'picked_up', address: place(21) }),
  ];
  const three = w.order(B);
  w.route(X, A, [one, two], {
    state: 'started',
    pickup: { place: place(10), expectedAt: at(0), arrivedAt: at(400), completedAt: at(500) },
  });
  w.route(Y, B, [three], { assignedAt: at(100) });
  const snapshot = w.take(600);
  const [x, y] = snapshot.state.couriers;
  // 500 + 30 at the store, 1,000 on the way, 60 at the door, 100, 60.
  assert.deepEqual([x!.node, x!.freeAtSeconds], [21, 1_750]);
  assert.equal(snapshot.underway.get(one), at(1_560));
  // From 1 to 10 since its assignment: nine hundred seconds.
  assert.equal(y!.freeAtSeconds, 1_000);
  assert.equal(snapshot.storeOf.get(y!.node)!.id, B, 'two stores of one house are two places');
  assert.deepEqual(
    [...snapshot.orderOf.values()].map((order) => order.id),
    [three],
  );
  w.memory.routes.clear();
  const idle = w.take(600).state.couriers[1]!;
  assert.deepEqual([idle.node, idle.freeAtSeconds], [1, 0]);
  w.memory.lastDoorAt.set(Y, at(590));
  assert.equal(
    w.take(600).state.couriers[1]!.freeAtSeconds,
    620,
    'half of the service comes after the handover',
  );
});

test('a courier who is late is expected now, never in the past', () => {
  const w = world();
  const one = w.order(A, { state: 'picked_up' });
  w.route(X, A, [one], {
    state: 'started',
    pickup: { place: place(10), expectedAt: at(0), arrivedAt: at(0), completedAt: at(0) },
  });
  assert.equal(w.take(5_000).underway.get(one), at(5_000));
});

test('an order is ready when it is said to be, else when the store expects or usually is, else any moment', () => {
  const w = world();
  w.order(A, { readyAt: at(50) });
  w.order(A, { expectedReadyAt: at(900) });
  w.order(A, { expectedReadyAt: undefined });
  w.order(A, { expectedReadyAt: at(60) });
  const ready = w.take(100).state.orders.map((order) => order.readyAtSeconds);
  assert.deepEqual(ready, [50, 900, 600, 100]);
});

test('a scheduled order is left out until its time, and is ready no earlier than to be at the door in its slot', () => {
  const w = world();
  // Ten units from store to door: 1,000 seconds.
  const scheduled = {
    slot: at(5_000),
    prepareAt: at(3_000),
    promiseLatest: at(6_800),
    expectedReadyAt: undefined,
  };
  const waiting = w.order(A, scheduled);
  w.order(A, { ...scheduled, readyAt: at(200) });
  w.order(A, { ...scheduled, courierId: X });
  assert.deepEqual(
    [...w.take(2_999).orderOf.values()].map(({ courierId }) => courierId),
    [X],
    'one that has a courier already is not dropped from its route',
  );
  const snapshot = w.take(3_000);
  assert.equal(snapshot.state.orders.length, 3);
  const order = snapshot.state.orders.find(({ key }) => snapshot.orderOf.get(key)!.id === waiting)!;
  assert.deepEqual(
    [order.placedAtSeconds, order.readyAtSeconds, order.dueAtSeconds, order.latestAtSeconds],
    [3_000, 4_000, 6_800, 8_400],
  );
  assert.ok(
    snapshot.state.orders.every(({ readyAtSeconds }) => readyAtSeconds === 4_000),
    'packed early too',
  );
  const slow = w.order(B, { ...scheduled, preparationSeconds: 1_500 });
  const late = w.take(3_000);
  const slowOne = late.state.orders.find(({ key }) => late.orderOf.get(key)!.id === slow)!;
  assert.equal(slowOne.readyAtSeconds, 4_500, 'counted from when it is begun, not from placement');
});

test('decisions tell the reason and the alternatives, once for each change of mind', () => {
  const w = world();
  const orders = [w.order(A), w.order(A), w.order(A)];
  const book = new DecisionBook();
  const snapshot = w.take();
  const plan = planOf(
    snapshot,
    orders.map((order) => [X, A, [order], 'go']),
  );
  const decisions = book.note(snapshot, plan, T0, policy);
  assert.deepEqual([...decisions.keys()], orders);
  const { chosen, alternatives, reason } = decisions.get(orders[2]!)!;
  const dropAt = snapshot.momentOf(plan.assignments[2]!.dropAtSeconds[0]!);
  assert.deepEqual([chosen!.courierId, chosen!.atDoorAt], [X, dropAt]);
  // Y stands 900 seconds from the store; then half a minute for the pickup, half to leave, the way, half at the door.
  const [{ extraCost, ...alone }] = alternatives as [(typeof alternatives)[number]];
  assert.deepEqual(alone, { courierId: Y, atStoreAt: at(900), atDoorAt: at(900 + 60 + 1_000 + 30) });
  const { total, ...terms } = extraCost!;
  assert.equal(
    total,
    Object.values(terms).reduce((sum, each) => sum + each, 0),
  );
  assert.equal(reason, dropAt <= alone.atDoorAt ? 'soonest' : 'needed_elsewhere');
  assert.equal(book.note(snapshot, plan, at(20), policy).size, 0);

  const none = {
    assignments: [],
    prepositions: [],
    unassigned: [[...snapshot.orderOf.keys()][2]!],
    leftOut: [],
  };
  const given = book.note(snapshot, none, at(20), policy);
  assert.deepEqual([...given.keys()], [orders[2]]);
  const nobody = given.get(orders[2]!)!;
  assert.deepEqual([nobody.reason, nobody.chosen, nobody.alternatives.length], ['nobody', undefined, 2]);
});

test('what a courier was given by hand is planned around: neither changed nor given to another', () => {
  const w = world();
  const [byHand, other] = [w.order(A), w.order(A)];
  w.route(X, A, [byHand], { byHand: true });
  const snapshot = w.take();
  assert.deepEqual(
    snapshot.state.orders.map(({ key }) => snapshot.orderOf.get(key)!.id),
    [other],
  );
  assert.equal(snapshot.openRoute.size, 0);
  const x = snapshot.state.couriers.find(({ key }) => snapshot.courierOf.get(key)!.id === X)!;
  // At the store after 1,000 s, which is later than the kitchen; a minute there, 1,000 s to the door, a minute there.
  assert.equal(x.freeAtSeconds, 1_000 + 60 + 1_000 + 60);
  assert.equal(snapshot.underway.get(byHand), at(1_000 + 60 + 1_000 + 30));
  assert.deepEqual(enactPlan(snapshot, planOf(snapshot, []), { payMinor: () => 1 }).updates, []);
});

test('who has declined an order is told to the engine, and how likely a courier takes what it is offered', () => {
  const w = world();
  w.order(A, { declinedBy: [Y] });
  w.memory.offers.set(Y, { made: 10, declined: 5 });
  const { state, courierOf } = w.take();
  const keyOfCourier = (id: CourierId) => [...courierOf].find(([, courier]) => courier.id === id)![0];
  assert.deepEqual(state.orders[0]!.declinedBy, [keyOfCourier(Y)]);
  assert.deepEqual(
    state.couriers.map(({ key, acceptance }) => [key, acceptance]),
    [
      [keyOfCourier(X), 1],
      [keyOfCourier(Y), 0.75],
    ],
  );
});

test('a courier who has gone silent gets nothing, and what it has not begun is for others', () => {
  const w = world();
  const [waiting, begun] = [w.order(A), w.order(A)];
  const route = w.route(X, A, [waiting]);
  const heard = (now: number) => {
    const snapshot = w.take(now);
    return {
      snapshot,
      orders: snapshot.state.orders.map(({ key }) => snapshot.orderOf.get(key)!.id),
      couriers: snapshot.state.couriers.map(({ key }) => snapshot.courierOf.get(key)!.id),
    };
  };
  // Expected at the store after 600 s, and not heard of for another 600. Y has no work to be silent about.
  assert.deepEqual(heard(1_200).couriers, [X, Y]);
  const { snapshot, orders, couriers } = heard(1_201);
  assert.deepEqual([orders, couriers, [...snapshot.silent]], [[waiting, begun], [Y], [X]]);
  const enacted = enactPlan(snapshot, planOf(snapshot, [[Y, A, [waiting], 'go']]), { payMinor: () => 1 });
  assert.deepEqual(
    [enacted.updates.map(({ routeId, drops }) => [routeId, drops.length]), enacted.assignments[0]!.courierId],
    [[[route.id, 0]], Y],
  );

  // It stays silent without the work, until it is heard of. Who reports on the way is missed sooner.
  w.memory.routes.delete(route.id);
  assert.deepEqual(heard(1_300).couriers, [Y]);
  w.memory.couriers.set(X, { ...w.memory.couriers.get(X)!, positionAt: at(1_400) });
  assert.deepEqual(heard(1_401).couriers, [X, Y]);
  w.memory.routes.set(route.id, { ...route, pickup: { ...route.pickup, expectedAt: at(3_000) } });
  assert.deepEqual(heard(2_000).couriers, [X, Y]);
  assert.deepEqual(heard(2_001).couriers, [Y]);

  // Who has been at the store keeps what is there: most likely it is in hand.
  w.memory.routes.set(route.id, {
    ...route,
    state: 'started',
    pickup: { ...route.pickup, arrivedAt: at(2_500) },
  });
  assert.deepEqual(heard(3_100).couriers, [X, Y]);
  const lost = heard(3_101);
  assert.deepEqual([lost.orders, lost.couriers], [[begun], [Y]]);
});
