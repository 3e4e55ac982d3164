import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDispatchEngine } from '@halfhour/engines/dispatch';
import { seededRandom } from '@halfhour/kernel';
import { type Instance, loadInstance } from './instance.ts';
import { clickToDoorFloor, metricsOf } from './metrics.ts';
import { playInstance, policyFor } from './play.ts';
import { parseSolution, writeSolution } from './solution.ts';
import { smallInstance } from './test-instance.ts';
import { validateSolution } from './validate-solution.ts';

function play(instance: Instance) {
  const policy = policyFor(instance);
  return playInstance(instance, createDispatchEngine(policy, seededRandom(1)), policy);
}

test('a small day is played with every order delivered and no rule broken', () => {
  const solution = play(smallInstance);
  assert.deepEqual(validateSolution(smallInstance, solution), []);
  assert.equal(metricsOf(smallInstance, solution).delivered, 3);
});

test('where stores only estimate when they will be ready, nothing is collected before it is', () => {
  const policy = policyFor(smallInstance);
  const engine = createDispatchEngine(policy, seededRandom(1));
  const solution = playInstance(smallInstance, engine, policy, {
    readySpreadMinutes: 0,
    estimatedReadyMinutes: [10, 35, 31],
    declineRate: 0,
    random: seededRandom(1),
  });
  assert.deepEqual(validateSolution(smallInstance, solution), []);
  assert.equal(metricsOf(smallInstance, solution).delivered, 3);
  assert.notDeepEqual(solution, play(smallInstance));
});

const root = join(import.meta.dirname, '../../../..');
const days = ['..', '../..'].map((up) => join(root, up, 'shared/data/mdrp')).find((path) => existsSync(path));

test(
  'a real day is played the same way twice, near the floor and without a broken rule',
  { skip: days === undefined ? 'shared/data/mdrp is not beside the clone' : false },
  () => {
    const instance = loadInstance(join(days!, '0o50t75s1p100'));
    const solution = play(instance);
    assert.deepEqual(play(instance), solution);
    assert.deepEqual(validateSolution(instance, parseSolution(writeSolution(solution))), []);
    const metrics = metricsOf(instance, solution);
    assert.equal(metrics.delivered, metrics.orders);
    assert.ok(metrics.clickToDoorMean < clickToDoorFloor(instance) + 1.5);
  },
);
