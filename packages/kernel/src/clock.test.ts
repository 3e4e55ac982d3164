import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clock, ManualClock, ScaledClock, type Ticker, sleep } from './clock.ts';
import { epochMs } from './time.ts';

/** A host whose time stands still until it is moved, and whose timers fire at their exact moment. */
class FakeTicker implements Ticker {
  private elapsed = 0;
  private timers: { at: number; callback: () => void }[] = [];

  elapsedMs(): number {
    return this.elapsed;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.elapsed + milliseconds, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  get timerCount(): number {
    return this.timers.length;
  }

  advance(milliseconds: number): void {
    const end = this.elapsed + milliseconds;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.elapsed = Math.max(this.elapsed, due.at);
      due.callback();
    }
    this.elapsed = end;
  }
}

/** Notes in `woken` when the clock lets `moment` through. */
function note(clock: Clock, woken: number[], moment: number): Promise<void> {
  return clock.until(epochMs(moment)).then(() => void woken.push(moment));
}

/** Lets every promise that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a manual clock stands still until it is moved, and never back', () => {
  const clock = new ManualClock(epochMs(1_000));
  assert.equal(clock.now(), 1_000);
  clock.advanceBy(500);
  assert.equal(clock.now(), 1_500);
  clock.advanceTo(epochMs(1_500));
  assert.throws(() => clock.advanceTo(epochMs(1_499)), /backwards/);
});

test('a manual clock wakes those whose moment has come, in the order of their moments', async () => {
  const moments = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(moments, fc.integer({ min: 0, max: 100 }), async (wanted, end) => {
      const clock = new ManualClock(epochMs(0));
      const woken: number[] = [];
      for (const moment of wanted.filter((each) => each > 0)) void note(clock, woken, moment);
      clock.advanceTo(epochMs(end));
      await settle();
      const due = wanted.filter((moment) => moment > 0 && moment <= end);
      assert.deepEqual(
        woken,
        due.toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 50 },
  );
});

test('a moment that is past is not waited for', async () => {
  const clock = new ManualClock(epochMs(1_000));
  await clock.until(epochMs(1_000));
  await clock.until(epochMs(5));
  await sleep(clock, 0);
  await sleep(clock, -20);
});

test('those who sleep until the same moment wake in the order in which they came', async () => {
  const clock = new ManualClock(epochMs(0));
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) void sleep(clock, 10).then(() => order.push(name));
  clock.advanceBy(10);
  await settle();
  assert.deepEqual(order, ['a', 'b', 'c']);
});

test('a sleeper that is aborted is rejected with the reason, and the others sleep on', async () => {
  const clock = new ManualClock(epochMs(0));
  const controller = new AbortController();
  const woken: number[] = [];
  const aborted = clock.until(epochMs(10), controller.signal);
  void note(clock, woken, 20);
  const reason = new Error('closing');
  controller.abort(reason);
  await assert.rejects(aborted, reason);
  await assert.rejects(clock.until(epochMs(30), controller.signal), reason);
  clock.advanceBy(40);
  await settle();
  assert.deepEqual(woken, [20]);
});

test('an abort after waking changes nothing', async () => {
  const clock = new ManualClock(epochMs(0));
  const controller = new AbortController();
  const sleeping = clock.until(epochMs(10), controller.signal);
  clock.advanceBy(10);
  controller.abort();
  await sleeping;
});

test('a scaled clock at speed 1 is the wall clock', () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(5_000));
  ticker.advance(250);
  assert.equal(clock.now(), 5_250);
});

test('a scaled clock runs at its speed and wakes sleepers on time', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0), 60);
  const woken: number[] = [];
  void note(clock, woken, 60_000);
  void note(clock, woken, 30_000);
  ticker.advance(499);
  await settle();
  assert.deepEqual(woken, []);
  ticker.advance(1);
  await settle();
  assert.deepEqual(woken, [30_000]);
  ticker.advance(500);
  await settle();
  assert.deepEqual(woken, [30_000, 60_000]);
  assert.equal(ticker.timerCount, 0, 'no timer is left behind');
});

test('a paused clock stands still, keeps no timer, and goes on where it stood', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0));
  const woken: number[] = [];
  void note(clock, woken, 1_000);
  ticker.advance(400);
  clock.setSpeed(0);
  assert.equal(ticker.timerCount, 0);
  ticker.advance(1_000_000);
  await settle();
  assert.equal(clock.now(), 400);
  assert.deepEqual(woken, []);
  clock.setSpeed(2);
  ticker.advance(299);
  await settle();
  assert.deepEqual(woken, []);
  ticker.advance(1);
  await settle();
  assert.deepEqual(woken, [1_000]);
});

test('one may fall asleep on a paused clock', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0), 0);
  const woken: number[] = [];
  void note(clock, woken, 10);
  assert.equal(ticker.timerCount, 0);
  clock.setSpeed(1);
  ticker.advance(10);
  await settle();
  assert.deepEqual(woken, [10]);
});

test('an earlier sleeper that comes later wakes first', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0));
  const woken: number[] = [];
  void note(clock, woken, 1_000);
  void note(clock, woken, 10);
  assert.equal(ticker.timerCount, 1, 'one timer for all sleepers');
  ticker.advance(10);
  await settle();
  assert.deepEqual(woken, [10]);
});

test('aborting the only sleeper of a scaled clock takes its timer away', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0));
  const controller = new AbortController();
  const sleeping = clock.until(epochMs(1_000), controller.signal);
  controller.abort(new Error('closing'));
  await assert.rejects(sleeping, /closing/);
  assert.equal(ticker.timerCount, 0);
});

test('a sleep longer than the host’s timers reach ends on time', async () => {
  const ticker = new FakeTicker();
  const clock = new ScaledClock(ticker, epochMs(0));
  const woken: number[] = [];
  const inSixtyDays = 60 * 86_400_000;
  void note(clock, woken, inSixtyDays);
  ticker.advance(inSixtyDays - 1);
  await settle();
  assert.deepEqual(woken, []);
  ticker.advance(1);
  await settle();
  assert.deepEqual(woken, [inSixtyDays]);
});

test('a scaled clock never runs backwards, however its speed changes', () => {
  const moves = fc.array(
    fc.record({ speed: fc.double({ min: 0, max: 1_000, noNaN: true }), milliseconds: fc.nat(10_000) }),
  );
  fc.assert(
    fc.property(moves, (changes) => {
      const ticker = new FakeTicker();
      const clock = new ScaledClock(ticker, epochMs(0));
      let previous = clock.now();
      for (const { speed, milliseconds } of changes) {
        clock.setSpeed(speed);
        assert.ok(clock.now() >= previous);
        ticker.advance(milliseconds);
        assert.ok(clock.now() >= previous);
        previous = clock.now();
      }
    }),
  );
});

test('a speed that is no speed is refused', () => {
  const ticker = new FakeTicker();
  for (const speed of [-1, NaN, Infinity]) {
    assert.throws(() => new ScaledClock(ticker, epochMs(0), speed), /speed/);
    assert.throws(() => new ScaledClock(ticker, epochMs(0)).setSpeed(speed), /speed/);
  }
});
