import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteId } from '@halfhour/kernel';
import fc from 'fast-check';
import { type Command, type Point, type Waiting, EMPTY, MAX_POINTS, addPoint, read } from './outbox.ts';
import { type Answer, OutboxSender } from './outbox-sender.ts';

const NUM_RUNS = Number(process.env['HALFHOUR_TEST_RUNS'] ?? 150);
const route = 'rte_1' as RouteId;

/** Lets everything happen that waits for an answer that was given: some turns of the queue of promises. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** What the server does with a command of each stop number, each time that it looks at it. */
type Verdict = 'do' | 'never' | 'not_ready_once' | 'wrong_code';

/** A server that acts once for each key, as Halfhour's does: refusals that changed nothing are not remembered. */
class ModelServer {
  readonly acted: string[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly looked = new Set<string>();
  private readonly verdicts: readonly Verdict[];
  constructor(verdicts: readonly Verdict[]) {
    this.verdicts = verdicts;
  }

  take({ key, command }: Waiting): Answer {
    const before = this.answers.get(key);
    if (before !== undefined) return before;
    const number = 'stopNumber' in command ? command.stopNumber : 0;
    const verdict = this.verdicts[number % this.verdicts.length]!;
    if (verdict === 'never') return { kind: 'refused', code: 'wrong_state' };
    if (verdict === 'not_ready_once' && !this.looked.has(key)) {
      this.looked.add(key);
      return { kind: 'refused', code: 'not_ready' };
    }
    if (verdict === 'wrong_code' && !(command.kind === 'complete' && command.code === '2222')) {
      const answer: Answer = { kind: 'refused', code: 'wrong_code' };
      this.answers.set(key, answer);
      return answer;
    }
    this.acted.push(nameOf(command));
    this.answers.set(key, { kind: 'done' });
    return { kind: 'done' };
  }
}

/** Of a step, whatever code it was given with. */
function nameOf(command: Command): string {
  return 'stopNumber' in command ? `${command.kind} ${command.stopNumber}` : command.kind;
}

interface Request {
  readonly waiting: Waiting;
  readonly answer: (answer: Answer) => void;
}

/** Windows of one device over one kept text, and the requests that they have under way. */
class Device {
  kept: string | null = null;
  private keys = 0;
  readonly windows: { sender: OutboxSender; requests: Request[]; timers: (() => void)[] }[] = [];

  open(): void {
    const requests: Request[] = [];
    const timers: (() => void)[] = [];
    const sender = new OutboxSender({
      storage: { read: () => this.kept, write: (text) => (this.kept = text) },
      send: (waiting) => new Promise((answer) => requests.push({ waiting, answer })),
      sendPoints: async () => ({ kind: 'done' }),
      newKey: () => `key-${(this.keys += 1)}`,
      ticker: {
        elapsedMs: () => 0,
        after: (_, callback) => {
          timers.push(callback);
          return () => timers.splice(timers.indexOf(callback), 1);
        },
      },
      onChange: () => undefined,
    });
    this.windows.push({ sender, requests, timers });
    sender.sendNow();
  }

  /** The page goes, with whatever it had under way. @returns requests that may still be on the wire */
  close(index: number): Waiting[] {
    const [window] = this.windows.splice(index, 1);
    window!.sender.stop();
    return window!.requests.map(({ waiting }) => waiting);
  }
}

type Happening =
  | { readonly what: 'tap'; readonly window: number }
  /** What becomes of a request: it is answered; lost on its way there, or back; or believed lost, and arrives later. */
  | { readonly what: 'answered' | 'lost_there' | 'lost_back' | 'late'; readonly window: number }
  | { readonly what: 'reload'; readonly window: number; readonly reached: boolean }
  | { readonly what: 'open' | 'online' | 'late_arrives' | 'try_again'; readonly window: number };

const window = fc.nat({ max: 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('tap' as const), window }) },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'answered' as const,
        'lost_there' as const,
        'lost_back' as const,
        'late' as const,
      ),
      window,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('reload' as const), window, reached: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'open' as const,
        'online' as const,
        'late_arrives' as const,
        'try_again' as const,
      ),
      window,
    }),
  },
);

const verdicts = fc.array(
  fc.constantFrom<Verdict>('do', 'do', 'do', 'never', 'not_ready_once', 'wrong_code'),
  { minLength: 1, maxLength: 6 },
);

test('whatever breaks, each step takes effect once and in order, or is shown as refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      verdicts,
      fc.array(happening, { maxLength: 60, size: 'max' }),
      async (judged, happenings) => {
        const server = new ModelServer(judged);
        const device = new Device();
        const onTheWire: Waiting[] = [];
        const tapped: string[] = [];
        device.open();
        for (const each of happenings) {
          const open = device.windows[each.window % device.windows.length]!;
          const request = open.requests[0];
          switch (each.what) {
            case 'tap': {
              const command: Command = {
                kind: 'complete',
                routeId: route,
                stopNumber: tapped.length,
                code: '1111',
              };
              assert.ok(open.sender.submit(command));
              tapped.push(nameOf(command));
              break;
            }
            case 'answered':
              if (request !== undefined) request.answer(server.take(request.waiting));
              open.requests.shift();
              break;
            case 'lost_there':
            case 'lost_back':
            case 'late':
              if (request !== undefined) {
                if (each.what === 'lost_back') server.take(request.waiting);
                if (each.what === 'late') onTheWire.push(request.waiting);
                request.answer({ kind: 'unreachable' });
              }
              open.requests.shift();
              break;
            case 'reload': {
              const cut = device.close(each.window % device.windows.length);
              if (each.reached) onTheWire.push(...cut);
              device.open();
              break;
            }
            case 'open':
              if (device.windows.length < 2) device.open();
              break;
            case 'online':
              open.sender.sendNow();
              break;
            case 'late_arrives':
              if (onTheWire.length > 0) server.take(onTheWire.shift()!);
              break;
            case 'try_again': {
              const [refused] = open.sender.view().outbox.refused;
              if (refused !== undefined && refused.code !== 'wrong_state') {
                const code = refused.code === 'wrong_code' ? { code: '2222' } : {};
                assert.ok(open.sender.submit({ ...refused.command, ...code } as Command));
              }
              break;
            }
          }
          await settled();
        }
        // The connection is back for good: everything on the wire arrives, and all windows send what is left.
        for (const waiting of onTheWire) server.take(waiting);
        for (let round = 0; round < 1_000; round += 1) {
          for (const { sender, requests } of device.windows) {
            sender.sendNow();
            for (const { waiting, answer } of requests.splice(0)) answer(server.take(waiting));
          }
          await settled();
          if (
            device.windows.every(({ requests }) => requests.length === 0) &&
            read(device.kept).waiting.length === 0
          )
            break;
        }
        const { waiting, refused } = read(device.kept);
        assert.deepEqual(waiting, [], 'all is answered');
        const shown = refused.flatMap((each) => [each, ...each.held]).map(({ command }) => nameOf(command));
        assert.equal(new Set(server.acted).size, server.acted.length, `twice: ${server.acted.join()}`);
        assert.equal(new Set(shown).size, shown.length, `shown twice: ${shown.join()}`);
        assert.deepEqual(
          tapped.filter((name) => !server.acted.includes(name) && !shown.includes(name)),
          [],
          'lost',
        );
        const order = server.acted.map((name) => tapped.indexOf(name));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          'in the order of tapping',
        );
      },
    ),
    { numRuns: NUM_RUNS },
  );
});

test('points are bounded, the newest stay, and those that were not sent yet too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 * MAX_POINTS }),
      fc.nat({ max: 20 }),
      async (before, during) => {
        let kept: string | null = null;
        const sent: Point[] = [];
        const point = (n: number): Point => ({
          lat: 0,
          lng: 0,
          at: `2026-11-23T12:${String(n).padStart(4, '0')}Z`,
        });
        let answer: (given: Answer) => void = () => undefined;
        const sender = new OutboxSender({
          storage: { read: () => kept, write: (text) => (kept = text) },
          send: () => assert.fail('there is no command'),
          sendPoints: (points) => {
            assert.ok(points.length <= MAX_POINTS);
            return new Promise((given) => {
              answer = (told) => {
                answer = () => undefined;
                if (told.kind === 'done') sent.push(...points);
                given(told);
              };
            });
          },
          newKey: () => assert.fail('points have no keys'),
          ticker: { elapsedMs: () => 0, after: () => () => undefined },
          onChange: () => undefined,
        });
        for (let n = 0; n < before; n += 1) sender.report(point(n));
        answer({ kind: 'unreachable' });
        await settled();
        sender.sendNow();
        for (let n = 0; n < during; n += 1) sender.report(point(before + n));
        for (let round = 0; round < 3; round += 1) {
          answer({ kind: 'done' });
          await settled();
        }
        assert.deepEqual(sent.at(-1), point(before + during - 1));
        assert.deepEqual(new Set(sent.map(({ at }) => at)).size, sent.length, 'none is sent twice');
        assert.deepEqual(read(kept).points, []);
      },
    ),
    { numRuns: NUM_RUNS },
  );
});

test('what is kept and is none of ours is an empty outbox', () => {
  for (const text of [null, '', 'x', '7', 'null', '[']) assert.deepEqual(read(text), EMPTY);
  const one = addPoint(EMPTY, { lat: 1, lng: 2, at: '2026-11-23T12:00:00Z' });
  assert.deepEqual(read(JSON.stringify(one)), one);
});

test('steps behind a refused one wait for it, and its second try keeps its key unless the code is another', () => {
  const kept = { text: null as string | null };
  const waitingOn: Request[] = [];
  let keys = 0;
  const sender = new OutboxSender({
    storage: { read: () => kept.text, write: (text) => (kept.text = text) },
    send: (waiting) => new Promise((answer) => waitingOn.push({ waiting, answer })),
    sendPoints: async () => ({ kind: 'done' }),
    newKey: () => `key-${(keys += 1)}`,
    ticker: { elapsedMs: () => 0, after: () => () => undefined },
    onChange: () => undefined,
  });
  const pickUp: Command = { kind: 'complete', routeId: route, stopNumber: 0 };
  const arrive: Command = { kind: 'arrive', routeId: route, stopNumber: 1 };
  sender.submit(pickUp);
  sender.submit(pickUp);
  sender.submit(arrive);
  sender.submit({ kind: 'break', onBreak: true });
  assert.equal(waitingOn.length, 1);
  return (async () => {
    waitingOn[0]!.answer({ kind: 'refused', code: 'not_ready' });
    await settled();
    const { outbox } = sender.view();
    assert.deepEqual(outbox.waiting, [{ key: 'key-4', command: { kind: 'break', onBreak: true } }]);
    assert.deepEqual(outbox.refused, [
      { key: 'key-1', command: pickUp, code: 'not_ready', held: [{ key: 'key-3', command: arrive }] },
    ]);
    sender.submit(pickUp);
    assert.deepEqual(
      sender.view().outbox.waiting.map(({ key }) => key),
      ['key-1', 'key-3', 'key-4'],
    );
    const handOver: Command = { kind: 'complete', routeId: route, stopNumber: 1, code: '1111' };
    sender.submit(handOver);
    for (let n = 1; n <= 4; n += 1) {
      const { waiting, answer } = waitingOn[n]!;
      answer(waiting.key === 'key-6' ? { kind: 'refused', code: 'wrong_code' } : { kind: 'done' });
      await settled();
    }
    sender.submit({ ...handOver, code: '2222' });
    assert.deepEqual(sender.view().outbox, {
      ...EMPTY,
      waiting: [{ key: 'key-7', command: { ...handOver, code: '2222' } }],
    });
  })();
});
