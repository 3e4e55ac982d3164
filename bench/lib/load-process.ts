import { type RecordableHistogram, createHistogram } from 'node:perf_hooks';
import { type HttpAnswer, HttpConnection, type LoadRequest } from './http-connection.ts';
import type {
  CreateScenario,
  FromGenerator,
  LoadPlan,
  LoadReport,
  Percentiles,
  Scenario,
  ToGenerator,
} from './load-scenario.ts';

/** The process that makes load: `node load-process.ts HOST PORT`, told what to do over IPC. See `http-load.ts`. */
const [host, port] = [process.argv[2]!, Number(process.argv[3])];
const MAX_MICROS = 3_600_000_000;
/** How many sessions an open load may be behind with; more would measure the memory of the generator. */
const MAX_SESSIONS = 500_000;

const tell = (message: FromGenerator): void => void process.send!(message);
let hear: (message: unknown) => void = () => undefined;

/** One phase of load, from its first request to its report. */
function drive(plan: LoadPlan, createScenario: CreateScenario, parameters: unknown): Promise<LoadReport> {
  const idle: HttpConnection[] = [];
  /** The session that waits for an answer on a connection, since when, and with what. */
  const waiting = new Map<HttpConnection, { session: number; sinceMs: number; kind: string }>();
  /** Sessions that have something to send, oldest first, and since when. */
  let ready: { session: number; sinceMs: number }[] = [];
  let readyHead = 0;
  const freeNumbers: number[] = [];
  let numbers = 0;
  let open = 0;
  let phase: 'warm-up' | 'counting' | 'ending' = 'warm-up';
  let closing = false;
  const statuses: Record<string, number> = {};
  const latency = new Map<string, RecordableHistogram>();
  const counts = { sessionsEnded: 0, sessionsFailed: 0, requests: 0, withoutRetryAfter: 0, broken: 0 };

  const scenario: Scenario = createScenario(parameters as never, {
    wake: (session) => {
      goOn(session, performance.now());
      pump();
    },
    tell: (message) => tell({ type: 'message', message }),
  });
  hear = (message) => scenario.hear?.(message);

  const addConnection = (): void => {
    idle.push(new HttpConnection({ host, port, onAnswer, onClose }));
  };

  function begin(sinceMs: number): void {
    if (open >= MAX_SESSIONS) throw new Error(`more than ${MAX_SESSIONS} sessions are open`);
    const session = freeNumbers.pop() ?? numbers++;
    open += 1;
    scenario.begin(session);
    ready.push({ session, sinceMs });
  }

  function goOn(session: number, sinceMs: number): void {
    ready.push({ session, sinceMs });
  }

  function end(session: number, failed: boolean): void {
    open -= 1;
    freeNumbers.push(session);
    if (phase === 'counting') counts[failed ? 'sessionsFailed' : 'sessionsEnded'] += 1;
    if (plan.arrivals.kind === 'closed' && phase !== 'ending') begin(performance.now());
  }

  function pump(): void {
    while (readyHead < ready.length && idle.length > 0) {
      const { session, sinceMs } = ready[readyHead++]!;
      const request: LoadRequest | 'wait' | 'end' | 'failed' = scenario.next(session);
      if (request === 'wait') continue;
      if (request === 'end' || request === 'failed') {
        end(session, request === 'failed');
        continue;
      }
      const connection = idle.pop()!;
      waiting.set(connection, { session, sinceMs, kind: request.kind });
      connection.send(request);
    }
    if (readyHead > 4_096 || readyHead === ready.length) {
      ready = ready.slice(readyHead);
      readyHead = 0;
    }
  }

  function onAnswer(connection: HttpConnection, answer: HttpAnswer): void {
    const { session, sinceMs, kind } = waiting.get(connection)!;
    waiting.delete(connection);
    idle.push(connection);
    const { status } = answer;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if ((status === 429 || status === 503) && !answer.retryAfter) counts.withoutRetryAfter += 1;
    const now = performance.now();
    if (phase === 'counting') {
      counts.requests += 1;
      record(status < 300 ? kind : `${kind} refused`, now - sinceMs);
    }
    scenario.answered(session, answer);
    goOn(session, now);
    pump();
  }

  function record(kind: string, milliseconds: number): void {
    let histogram = latency.get(kind);
    if (histogram === undefined) {
      latency.set(kind, (histogram = createHistogram({ lowest: 1, highest: MAX_MICROS, figures: 3 })));
    }
    histogram.record(Math.min(Math.max(1, Math.round(milliseconds * 1_000)), MAX_MICROS));
  }

  function onClose(connection: HttpConnection): void {
    if (closing) return;
    const lost = waiting.get(connection);
    if (lost === undefined) idle.splice(idle.indexOf(connection), 1);
    else {
      waiting.delete(connection);
      counts.broken += 1;
      end(lost.session, true);
    }
    if (counts.broken > plan.connections * 10) throw new Error('the server closes every connection');
    addConnection();
  }

  return new Promise((resolve) => {
    for (let index = 0; index < plan.connections; index++) addConnection();
    const startedMs = performance.now();
    const { arrivals } = plan;
    const countFromMs = startedMs + plan.warmUpSeconds * 1_000;
    const countToMs = countFromMs + plan.seconds * 1_000;
    let cpuBefore = process.cpuUsage();
    let generatorCpuMicros = 0;
    let countedSeconds = 0;
    let begun = 0;
    if (arrivals.kind === 'closed') {
      for (let index = 0; index < arrivals.sessions; index++) begin(startedMs);
      pump();
    }
    const tick = (): void => {
      const now = performance.now();
      if (phase === 'warm-up' && now >= countFromMs) {
        phase = 'counting';
        cpuBefore = process.cpuUsage();
        tell({ type: 'counting' });
      }
      if (phase === 'counting' && now >= countToMs) {
        phase = 'ending';
        const { user, system } = process.cpuUsage(cpuBefore);
        generatorCpuMicros = user + system;
        countedSeconds = (now - countFromMs) / 1_000;
        tell({ type: 'counted' });
      }
      if (phase !== 'ending' && arrivals.kind === 'open') {
        for (; begun < ((now - startedMs) / 1_000) * arrivals.perSecond; begun++) {
          begin(startedMs + (begun / arrivals.perSecond) * 1_000);
        }
        pump();
      }
      const isOver = phase === 'ending' && (open === 0 || now > countToMs + plan.patienceSeconds * 1_000);
      if (!isOver) return void setTimeout(tick, 1);
      closing = true;
      scenario.finish?.();
      const unanswered = waiting.size;
      for (const connection of [...idle, ...waiting.keys()]) connection.close();
      resolve({
        ...counts,
        seconds: countedSeconds,
        statuses,
        unanswered,
        generatorCpuMicros,
        latency: Object.fromEntries([...latency].map(([kind, each]) => [kind, percentiles(each)])),
      });
    };
    tick();
  });
}

function percentiles(histogram: RecordableHistogram): Percentiles {
  return {
    count: histogram.count,
    p50Ms: histogram.percentile(50) / 1_000,
    p99Ms: histogram.percentile(99) / 1_000,
    maxMs: histogram.max / 1_000,
  };
}

process.on('message', (told: ToGenerator) => {
  if (told.type === 'message') return hear(told.message);
  void (async () => {
    const module = (await import(told.scenario)) as { createScenario: CreateScenario };
    tell({ type: 'report', report: await drive(told.plan, module.createScenario, told.parameters) });
  })();
});
// Without its parent nobody wants the load.
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });
