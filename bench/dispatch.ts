import { parseArgs } from 'node:util';
import {
  type DispatchEngine,
  type DispatchPolicy,
  type DispatchState,
  type Plan,
  createDispatchEngine,
  defaultPolicy,
  objectiveOf,
  validatePlan,
} from '@halfhour/engines/dispatch';
import { seededRandom } from '@halfhour/kernel';
import { PROMISE_SECONDS, snapshotCity } from './lib/snapshots.ts';

/**
 * Dispatch on one snapshot of a whole city: how soon there is a plan, how it improves, what a later tick costs.
 *
 * `npm run bench -- dispatch [--orders N] [--couriers M] [policy field=value …] [--json]`
 *
 * Objectives are weighed seconds an order. The peer is VROOM 1.14 as measured on snapshots of this kind and two
 * cores of this sort (it minimises driving and leaves orders unserved).
 */
const VROOM: Readonly<Record<string, string>> = {
  '200/100': 'VROOM 1.14: 0.18 to 16 s, leaves 14 to 19 of 200 unserved',
  '1000/500': 'VROOM 1.14: 5 to 151 s, leaves 145 to 167 of 1,000 unserved',
};
const LIMITS_SECONDS = [0.1, 0.3, 1, 3, 10];
const NEW_ORDERS = 30;
const TICK_SECONDS = 20;
const REPLANS = 7;

export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

export function run({ json, args }: BenchOptions): void {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { orders: { type: 'string', default: '10000' }, couriers: { type: 'string', default: '5000' } },
  });
  const orders = Number(values.orders);
  const couriers = Number(values.couriers);
  const policy: DispatchPolicy = {
    ...defaultPolicy,
    ...Object.fromEntries(positionals.map((each) => [each.split('=')[0]!, Number(each.split('=')[1])])),
  };
  warmUp(policy);
  const { state } = snapshotCity(orders, couriers);
  const first = timedPlan(newEngine(policy), state, policy, 0);
  const rows = LIMITS_SECONDS.map((limit) => timedPlan(newEngine(policy), state, policy, limit));
  const replan = measureReplan(orders, couriers, policy);
  const at = (limit: number): TimedPlan => rows[LIMITS_SECONDS.indexOf(limit)]!;
  const summary = {
    bench: 'dispatch',
    orders,
    couriers,
    firstPlanSeconds: first.seconds,
    objectiveAtFirstPlan: first.objective,
    replanMs: replan.ms,
    replanChangedPercent: replan.changedPercent,
    objectiveAt1s: at(1).objective,
    objectiveAt10s: at(10).objective,
    unassigned: at(10).unassigned,
    meanDropMinutes: at(10).meanDropMinutes,
    latePercent: at(10).latePercent,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
  if (json) {
    console.log(JSON.stringify(summary));
    return;
  }
  console.log(`${orders} open orders, ${couriers} couriers, promise 40 minutes; one core`);
  console.log('limit s    took s   objective  unassigned  placed to door min  late %');
  for (const [limit, row] of [
    ['first', first] as const,
    ...LIMITS_SECONDS.map((l, k) => [`${l}`, rows[k]!] as const),
  ]) {
    console.log(
      `${limit.padEnd(8)} ${row.seconds.toFixed(3).padStart(8)} ${row.objective.toFixed(1).padStart(11)} ` +
        `${String(row.unassigned).padStart(11)} ${row.meanDropMinutes.toFixed(2).padStart(19)} ${row.latePercent.toFixed(1).padStart(7)}`,
    );
  }
  console.log(
    `again after ${NEW_ORDERS} new orders and ${TICK_SECONDS} s: ${replan.ms.toFixed(1)} ms, objective ` +
      `${replan.objective.toFixed(1)}, ${replan.changedPercent.toFixed(2)} % of planned orders at another courier`,
  );
  console.log(`peak memory ${summary.peakMegabytes} MB`);
  const peer = VROOM[`${orders}/${couriers}`];
  if (peer !== undefined) console.log(peer);
}

interface TimedPlan {
  readonly seconds: number;
  readonly plan: Plan;
  /** Weighed seconds an order. */
  readonly objective: number;
  readonly unassigned: number;
  readonly meanDropMinutes: number;
  readonly latePercent: number;
}

function newEngine(policy: DispatchPolicy): DispatchEngine {
  return createDispatchEngine(policy, seededRandom('bench-dispatch'));
}

/** Plans with `limitSeconds` for the whole call; 0 takes the first complete plan. */
function timedPlan(
  engine: DispatchEngine,
  state: DispatchState,
  policy: DispatchPolicy,
  limitSeconds: number,
): TimedPlan {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1_000;
  const plan = engine.plan(state, () => (limitSeconds === 0 ? 1 : elapsed() / limitSeconds));
  const seconds = elapsed();
  const violations = validatePlan(state, plan, policy);
  if (violations.length > 0) throw new Error(`invalid plan: ${violations[0]!.message}`);
  const placed = new Map(state.orders.map((order) => [order.key, order.placedAtSeconds]));
  const waits = plan.assignments.flatMap(({ dropKeys, dropAtSeconds }) =>
    dropAtSeconds.map((moment, index) => moment - placed.get(dropKeys[index]!)!),
  );
  return {
    seconds,
    plan,
    objective: objectiveOf(state, plan, policy).total / state.orders.length,
    unassigned: plan.unassigned.length,
    meanDropMinutes: waits.reduce((sum, wait) => sum + wait, 0) / waits.length / 60,
    latePercent: (100 * waits.filter((wait) => wait > PROMISE_SECONDS).length) / waits.length,
  };
}

/** The median tick after new orders came in, on an engine that has planned the city before, with the policy's own steps. */
function measureReplan(orders: number, couriers: number, policy: DispatchPolicy) {
  const runs = Array.from({ length: REPLANS }, (_, run) => {
    const city = snapshotCity(orders, couriers, `snapshots ${run}`);
    const engine = newEngine(policy);
    const before = timedPlan(engine, city.state, policy, 0.5);
    const state = city.later(TICK_SECONDS, NEW_ORDERS);
    const start = performance.now();
    const plan = engine.plan(state);
    const ms = performance.now() - start;
    const violations = validatePlan(state, plan, policy);
    if (violations.length > 0) throw new Error(`invalid plan: ${violations[0]!.message}`);
    return {
      ms,
      objective: objectiveOf(state, plan, policy).total / state.orders.length,
      changedPercent: changedPercent(before.plan, plan),
    };
  });
  const median = runs.toSorted((a, b) => a.ms - b.ms)[REPLANS >> 1]!.ms;
  const mean = (pick: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((sum, each) => sum + pick(each), 0) / runs.length;
  return {
    ms: median,
    objective: mean((each) => each.objective),
    changedPercent: mean((each) => each.changedPercent),
  };
}

function changedPercent(before: Plan, after: Plan): number {
  const courierOf = new Map(
    before.assignments.flatMap((each) => each.orderKeys.map((key) => [key, each.courierKey])),
  );
  let changed = 0;
  for (const { orderKeys, courierKey } of after.assignments) {
    for (const key of orderKeys) if (courierOf.has(key) && courierOf.get(key) !== courierKey) changed++;
  }
  return (100 * changed) / Math.max(1, courierOf.size);
}

/** Lets the code be compiled, as it is in a process that dispatches. */
function warmUp(policy: DispatchPolicy): void {
  const { state } = snapshotCity(300, 150, 'warm up');
  for (let run = 0; run < 5; run++) timedPlan(newEngine(policy), state, policy, 0.1);
}
