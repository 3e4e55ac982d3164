import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type GroupExecutorOptions, GroupOverloaded, createGroupExecutor } from './group-executor.ts';
import { seededRandom } from './random.ts';

type Options = GroupExecutorOptions<number, string>;

/** Answers each item with its own text; what a test wants otherwise goes into `overrides`. */
function options(overrides: Partial<Options> = {}): Options {
  return {
    maxGroup: 4,
    maxQueue: 1_000,
    lanes: 1,
    laneOf: (item) => item % (overrides.lanes ?? 1),
    run: (items) => Promise.resolve(items.map(String)),
    isItemFault: () => false,
    ...overrides,
  };
}

/** A run that waits until the test lets it go. */
function gated(): { run: Options['run']; groups: number[][]; release: () => void } {
  const groups: number[][] = [];
  const waiting: (() => void)[] = [];
  return {
    groups,
    run: (items) => {
      groups.push([...items]);
      return new Promise((resolve) => waiting.push(() => resolve(items.map(String))));
    },
    release: () => waiting.shift()?.(),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('each item gets its own answer, also when many wait', async () => {
  const executor = createGroupExecutor(options());
  const items = Array.from({ length: 50 }, (_, index) => index);
  assert.deepEqual(await Promise.all(items.map((item) => executor.submit(item))), items.map(String));
});

test('items of one turn run as one group, and those that come meanwhile as the next', async () => {
  const { run, groups, release } = gated();
  const executor = createGroupExecutor(options({ run }));
  const first = [1, 2].map((item) => executor.submit(item));
  await settle();
  assert.deepEqual(groups, [[1, 2]], 'a lone group does not wait for more');
  const later = [3, 4, 5, 6, 7].map((item) => executor.submit(item));
  await settle();
  assert.equal(groups.length, 1, 'nothing runs beside it in its lane');
  release();
  await Promise.all(first);
  await settle();
  assert.deepEqual(groups[1], [3, 4, 5, 6], 'at most maxGroup, in the order in which they came');
  release();
  await settle();
  assert.deepEqual(groups[2], [7]);
  release();
  assert.deepEqual(await Promise.all(later), ['3', '4', '5', '6', '7']);
});

test('an answer is given only after the group has run', async () => {
  const { run, release } = gated();
  const executor = createGroupExecutor(options({ run }));
  let answered = false;
  const answer = executor.submit(1).then(() => {
    answered = true;
  });
  await settle();
  assert.equal(answered, false);
  release();
  await answer;
});

test('a full queue refuses at once and takes again when there is room', async () => {
  const { run, release } = gated();
  const executor = createGroupExecutor(options({ run, maxQueue: 2 }));
  const running = executor.submit(1);
  await settle();
  const waiting = [2, 3].map((item) => executor.submit(item));
  await assert.rejects(executor.submit(4), GroupOverloaded);
  assert.equal(executor.pending, 3, 'what is refused is not counted');
  release();
  await running;
  await settle();
  const later = executor.submit(5);
  release();
  await Promise.all(waiting);
  await settle();
  release();
  assert.equal(await later, '5');
});

test('a full lane does not refuse for another', async () => {
  const { run, release } = gated();
  const executor = createGroupExecutor(options({ run, lanes: 2, maxQueue: 1 }));
  const running = executor.submit(0);
  await settle();
  const waiting = executor.submit(2);
  await assert.rejects(executor.submit(4), GroupOverloaded);
  const other = executor.submit(1);
  await settle();
  release();
  release();
  await settle();
  release();
  assert.deepEqual(await Promise.all([running, waiting, other]), ['0', '2', '1']);
});

test('lanes run side by side, a lane never beside itself, and each keeps its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 120 }), fc.integer(), async (items, seed) => {
      const random = seededRandom(seed);
      const busy = [false, false, false];
      const seen: number[][] = [[], [], []];
      const executor = createGroupExecutor(
        options({
          lanes: 3,
          run: async (group, lane) => {
            assert.equal(busy[lane], false, 'a lane ran beside itself');
            busy[lane] = true;
            assert.ok(group.length >= 1 && group.length <= 4);
            for (let turns = random.below(4); turns > 0; turns--) await Promise.resolve();
            seen[lane]!.push(...group);
            busy[lane] = false;
            return group.map(String);
          },
        }),
      );
      const answers: Promise<string>[] = [];
      for (const item of items) {
        answers.push(executor.submit(item));
        if (random.below(3) === 0) await Promise.resolve();
      }
      assert.deepEqual(await Promise.all(answers), items.map(String));
      for (const lane of [0, 1, 2]) {
        assert.deepEqual(
          seen[lane],
          items.filter((item) => item % 3 === lane),
        );
      }
    }),
    { numRuns: 50 },
  );
});

test('a poison item is rejected alone, and every other item of its group is done once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 32 }),
      fc.func(fc.boolean()),
      async (items, isPoison) => {
        const done: number[] = [];
        const executor = createGroupExecutor(
          options({
            maxGroup: 32,
            run: (group) => {
              const poison = group.find((item) => isPoison(item));
              if (poison !== undefined) return Promise.reject(new RangeError(`poison ${poison}`));
              done.push(...group);
              return Promise.resolve(group.map(String));
            },
            isItemFault: (error) => error instanceof RangeError,
          }),
        );
        const outcomes = await Promise.allSettled(items.map((item) => executor.submit(item)));
        outcomes.forEach((outcome, index) => {
          const item = items[index]!;
          if (isPoison(item)) {
            assert.equal(outcome.status, 'rejected');
            assert.equal(outcome.status === 'rejected' && outcome.reason.message, `poison ${item}`);
          } else {
            assert.deepEqual(outcome, { status: 'fulfilled', value: String(item) });
          }
        });
        assert.deepEqual(
          done,
          items.filter((item) => !isPoison(item)),
        );
        assert.equal(executor.pending, 0);
      },
    ),
    { numRuns: 50 },
  );
});

test('a fault of nobody’s rejects the whole group, is not tried again, and the lane goes on', async () => {
  let runs = 0;
  const lost = new Error('connection lost');
  const executor = createGroupExecutor(
    options({
      run: (group) => {
        runs += 1;
        if (runs === 1) throw lost;
        return Promise.resolve(group.map(String));
      },
    }),
  );
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => executor.submit(item)));
  assert.deepEqual(
    outcomes,
    [1, 2, 3].map(() => ({ status: 'rejected', reason: lost })),
  );
  assert.equal(runs, 1);
  assert.equal(await executor.submit(4), '4');
});

test('a group that does not answer each of its items is a bug, and does not run again', async () => {
  let runs = 0;
  const executor = createGroupExecutor(
    options({
      run: () => {
        runs += 1;
        return Promise.resolve(['only one']);
      },
      isItemFault: () => true,
    }),
  );
  const outcomes = await Promise.allSettled([1, 2].map((item) => executor.submit(item)));
  for (const outcome of outcomes) {
    assert.equal(outcome.status === 'rejected' && outcome.reason.name, 'InvariantViolation');
  }
  assert.equal(runs, 1);
});

test('drained resolves when nothing waits or runs in any lane, at once when idle', async () => {
  const { run, release } = gated();
  const executor = createGroupExecutor(options({ run, lanes: 2 }));
  await executor.drained();
  const answers = [0, 1].map((item) => executor.submit(item));
  let drained = false;
  const waiting = executor.drained().then(() => {
    drained = true;
  });
  await settle();
  release();
  await settle();
  assert.equal(drained, false, 'the other lane still runs');
  assert.equal(executor.pending, 1);
  release();
  await waiting;
  await Promise.all(answers);
  assert.equal(executor.pending, 0);
});

test('limits that would never run anything and lanes that do not exist are refused', () => {
  for (const limits of [{ maxGroup: 0 }, { maxQueue: 0 }, { lanes: 0 }, { maxGroup: 1.5 }]) {
    assert.throws(() => createGroupExecutor(options(limits)), { name: 'InvariantViolation' });
  }
  assert.throws(() => createGroupExecutor(options({ laneOf: () => 1 })).submit(1), /no lane 1/);
});

test('a paced lane begins groups apart while items come together, and never makes a lone one wait', async () => {
  let elapsed = 0;
  const alarms: { at: number; ring: () => void }[] = [];
  const ticker = {
    elapsedMs: () => elapsed,
    after: (milliseconds: number, ring: () => void) => {
      alarms.push({ at: elapsed + milliseconds, ring });
      return () => {};
    },
  };
  const groups: number[][] = [];
  const executor = createGroupExecutor(
    options({
      pace: { ticker, ms: 10 },
      run: (items) => {
        groups.push([...items]);
        return Promise.resolve(items.map(String));
      },
    }),
  );
  await executor.submit(1);
  await executor.submit(2);
  assert.deepEqual(groups, [[1], [2]], 'one after the other: nobody waits');
  await Promise.all([executor.submit(3), executor.submit(4)]);
  assert.deepEqual(groups[2], [3, 4]);
  elapsed = 4;
  const later = [5, 6].map((item) => executor.submit(item));
  await settle();
  assert.equal(groups.length, 3, 'the last group began 4 ms ago');
  assert.deepEqual(
    alarms.map(({ at }) => at),
    [10],
  );
  later.push(executor.submit(7));
  elapsed = 10;
  alarms[0]!.ring();
  await Promise.all(later);
  assert.deepEqual(groups[3], [5, 6, 7], 'what came meanwhile shares the group');
  elapsed = 11;
  await Promise.all([8, 9, 10, 11].map((item) => executor.submit(item)));
  assert.deepEqual(groups[4], [8, 9, 10, 11], 'a full group does not wait');
});

test('a lane begins as many groups ahead as it may, and is drained when all are done', async () => {
  const { run, groups, release } = gated();
  const executor = createGroupExecutor(options({ run, ahead: 2 }));
  const all: Promise<string>[] = [];
  for (const item of [1, 2, 3]) {
    all.push(executor.submit(item));
    await settle();
  }
  assert.deepEqual(groups, [[1], [2]]);
  let drained = false;
  const draining = executor.drained().then(() => (drained = true));
  release();
  await settle();
  assert.deepEqual(groups, [[1], [2], [3]]);
  release();
  await settle();
  assert.ok(!drained);
  release();
  assert.deepEqual(await Promise.all(all), ['1', '2', '3']);
  await draining;
  assert.equal(executor.pending, 0);
});
