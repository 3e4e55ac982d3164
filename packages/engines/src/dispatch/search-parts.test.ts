import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import { Candidates } from './candidates.ts';
import { defaultPolicy, objectiveOf } from './index.ts';
import { Problem } from './problem.ts';
import { readyTimeOf } from './ready-time.ts';
import { NOW, anyState, grid, gridWithPlane } from './test-states.ts';
import type { DispatchState } from './types.ts';

test('couriers found by the grid of points are those found among all', () => {
  fc.assert(
    fc.property(anyState({ rich: true, onBoard: false }), fc.integer({ min: 1, max: 6 }), (state, width) => {
      const policy = { ...defaultPolicy, candidateCouriers: width };
      const near = new Candidates(new Problem({ ...state, travel: gridWithPlane }, policy));
      const all = new Candidates(new Problem({ ...state, travel: grid }, policy));
      state.orders.forEach((_, order) => assert.deepEqual(near.of(order), all.of(order)));
    }),
  );
});

test('the expected pickup is the mean over many ready times that are not past', () => {
  const random = seededRandom('ready');
  for (const [mean, spread, arrival] of [
    [600, 480, 500],
    [-300, 480, 60],
    [900, 120, 1_000],
  ] as const) {
    let [sum, count] = [0, 0];
    while (count < 40_000) {
      const ready = normal(random, mean, spread);
      if (ready < 0) continue;
      sum += Math.max(arrival, ready);
      count++;
    }
    const expected = readyTimeOf(mean, spread).expectedPickup(arrival);
    // The cut-off distribution is taken for a normal one of its mean and spread.
    assert.ok(Math.abs(expected - sum / count) < 0.08 * spread, `${expected} for ${sum / count}`);
  }
});

test('the objective is told term by term', () => {
  const order = {
    placedAtSeconds: NOW - 600,
    readyAtSeconds: NOW,
    storeNode: 0,
    dropNode: 3,
    dueAtSeconds: NOW + 300,
    latestAtSeconds: NOW + 400,
  };
  const courier = { node: 0, freeAtSeconds: NOW, onAtSeconds: NOW, offAtSeconds: NOW + 7_200, maxOrders: 4 };
  const state: DispatchState = {
    nowSeconds: NOW,
    nextTickSeconds: NOW + 20,
    travel: grid,
    couriers: [
      { ...courier, key: 1, acceptance: 0.9, earnedPerHour: 30 },
      { ...courier, key: 2, earnedPerHour: 10 },
    ],
    orders: [
      { ...order, key: 5, toldCourierKey: 2 },
      { ...order, key: 6, dueAtSeconds: NOW + 3_000, latestAtSeconds: NOW + 3_000 },
    ],
  };
  const plan = {
    assignments: [
      {
        courierKey: 1,
        storeNode: 0,
        orderKeys: [5],
        departAtSeconds: NOW,
        pickupAtSeconds: NOW + 120,
        dropKeys: [5],
        dropAtSeconds: [NOW + 540],
        action: 'wait' as const,
      },
    ],
    prepositions: [],
    unassigned: [6],
    leftOut: [],
  };
  const policy = { ...defaultPolicy, foodWaitingWeight: 1, courierTimeWeight: 1, fairnessCostSeconds: 100 };
  // Order 6 at its best: picked up now, 120 s of service, 180 s of way, 120 s of service.
  assert.deepEqual(objectiveOf(state, plan, policy), {
    clickToDoor: 1_140 + 1_020,
    overage: 0.5 * 240,
    beyondLatest: 5 * 140,
    foodWaiting: 120,
    courierTime: 180,
    fairness: 150,
    declines: 300 * (1 - 0.9),
    changes: 20,
    unserved: 12_000,
    total: 1_140 + 1_020 + 120 + 700 + 120 + 180 + 150 + 300 * (1 - 0.9) + 20 + 12_000,
  });
});
