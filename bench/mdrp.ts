import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type DispatchEngine,
  type DispatchPolicy,
  type Plan,
  createDispatchEngine,
} from '@halfhour/engines/dispatch';
import { seededRandom } from '@halfhour/kernel';
import {
  type Instance,
  clickToDoorFloors,
  countUnreachable,
  loadInstance,
  metricsOf,
  playInstance,
  policyFor,
  validateSolution,
} from '@halfhour/twin/mdrp';
import { sharedData } from './lib/shared-data.ts';

/**
 * Dispatch on real days of meal delivery: plays instances of the benchmark in memory, a tick a minute.
 *
 * `npm run bench -- mdrp [part of a name …] [--sample N] [--dir folder] [--seed S] [policy field=value …] [--json] [--full]`
 *
 * With --full the days are played in three other worlds, too, outside the benchmark: several stores a route, ready
 * times that are only expected (standard deviation 8 minutes), couriers who decline one offer in ten.
 *
 * The peers: Reyes et al. 2018 (their default method, means over all 240 instances), for the half-size instances
 * of seed 0 also Yildiz and Savelsbergh 2019 with perfect foresight, and the floor: every order picked up when
 * ready and driven straight. An order that is ready after every shift that could fetch it cannot be delivered.
 */
const REYES = { undeliveredPercent: 0.25, clickToDoor: 32.74, readyToPickup: 1.93, payPerOrder: 11.42 };
const REYES_ESTIMATED = {
  undeliveredPercent: 0.62,
  clickToDoor: 34.03,
  readyToPickup: 2.9,
  spreadMinutes: 8.2,
};
const HALF_SIZE = { clickToDoorOfReyes: 31.88, clickToDoorOfForesight: 30.67 };

interface Variant {
  readonly name: string;
  readonly policy: Partial<DispatchPolicy>;
  readonly readySpreadMinutes: number;
  readonly declineRate: number;
}

const BENCHMARK: Variant = { name: 'benchmark', policy: {}, readySpreadMinutes: 0, declineRate: 0 };
const VARIANTS: readonly Variant[] = [
  { ...BENCHMARK, name: 'multiStore', policy: { multiStoreRoutes: true } },
  { ...BENCHMARK, name: 'estimatedReady', readySpreadMinutes: 8 },
  { ...BENCHMARK, name: 'declines', declineRate: 0.1 },
];

export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

export function run({ json, full, args }: BenchOptions): void {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { sample: { type: 'string' }, dir: { type: 'string' }, seed: { type: 'string' } },
  });
  const folder = values.dir === undefined ? sharedData('mdrp') : resolve(values.dir);
  if (folder === undefined || !existsSync(folder)) {
    console.log('mdrp: skipped, no instances here; name their folder by --dir');
    return;
  }
  const overrides = Object.fromEntries(
    positionals.filter(isSetting).map((each) => [each.split('=')[0]!, Number(each.split('=')[1])]),
  );
  const parts = positionals.filter((each) => !isSetting(each));
  const names = sampled(
    readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, 'orders.txt')))
      .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
      .toSorted(),
    Number(values.sample ?? Infinity),
  );
  if (names.length === 0) {
    console.log('mdrp: no instance of that name');
    return;
  }
  const play = (variant: Variant): Row[] =>
    names.map((name) => measure(loadInstance(join(folder, name)), variant, overrides, values.seed ?? '1'));
  const rows = play(BENCHMARK);
  const variants = (full ? VARIANTS : []).map((variant) => ({ variant, summary: summaryOf(play(variant)) }));
  const summary = summaryOf(rows);
  const half = rows.filter(({ name }) => name.startsWith('0o50') || name.startsWith('0r50'));
  const halfSize = half.length === 0 ? undefined : summaryOf(half);
  if (json) {
    console.log(
      JSON.stringify({
        bench: 'mdrp',
        ...summary,
        clickToDoorOfPeer: REYES.clickToDoor,
        clickToDoorRatioToPeer: summary.clickToDoorMean / REYES.clickToDoor,
        ...(halfSize === undefined ? {} : { halfSize: { ...halfSize, ...HALF_SIZE } }),
        ...Object.fromEntries(variants.map((each) => [each.variant.name, each.summary])),
      }),
    );
    return;
  }
  printTable(rows, summary, halfSize);
  if (!full) return;
  console.log('outside the benchmark:');
  for (const each of variants)
    console.log(line(each.variant.name, each.summary, each.summary.clickToDoorFloor));
  console.log(
    `Reyes et al. 2018, ready times estimated (standard deviation ${REYES_ESTIMATED.spreadMinutes} minutes): not delivered ` +
      `${REYES_ESTIMATED.undeliveredPercent} %, click-to-door ${REYES_ESTIMATED.clickToDoor}, ready-to-pickup ${REYES_ESTIMATED.readyToPickup}`,
  );
}

/** `count` of the names, evenly spread: sorted names hold the variations of a day beside each other. */
function sampled(names: readonly string[], count: number): readonly string[] {
  if (count >= names.length) return names;
  return Array.from({ length: count }, (_, k) => names[Math.floor(((k + 0.5) * names.length) / count)]!);
}

function isSetting(argument: string): boolean {
  return argument.includes('=');
}

type Row = ReturnType<typeof measure>;

function measure(instance: Instance, variant: Variant, overrides: Partial<DispatchPolicy>, seed: string) {
  const policy = policyFor(instance, { ...variant.policy, ...overrides });
  const engine = createDispatchEngine(policy, seededRandom(seed));
  let slowestTickMs = 0;
  const changes = new ChangeCount();
  const start = performance.now();
  const timed: DispatchEngine = {
    plan(state) {
      const before = performance.now();
      const plan = engine.plan(state);
      slowestTickMs = Math.max(slowestTickMs, performance.now() - before);
      changes.see(plan);
      return plan;
    },
  };
  const { readySpreadMinutes, declineRate } = variant;
  const world = { readySpreadMinutes, declineRate, random: seededRandom(`world ${seed}`) };
  const solution = playInstance(instance, timed, policy, variant === BENCHMARK ? undefined : world);
  const seconds = (performance.now() - start) / 1_000;
  // The benchmark's validator forbids several stores a route; the plans themselves were all validated.
  const violations = policy.multiStoreRoutes ? [] : validateSolution(instance, solution);
  for (const { code, message } of violations.slice(0, 3))
    console.log(`${instance.name}: ${code}: ${message}`);
  const metrics = metricsOf(instance, solution);
  const floors = clickToDoorFloors(instance);
  const percentOfOrders = (orders: number): number => (100 * orders) / metrics.orders;
  return {
    name: instance.name,
    ...metrics,
    floor: floors.reduce((sum, minutes) => sum + minutes, 0) / floors.length,
    undeliveredPercent: percentOfOrders(metrics.orders - metrics.delivered),
    undeliverablePercent: percentOfOrders(countUnreachable(instance)),
    over90Unavoidable: floors.filter((minutes) => minutes > instance.parameters.maximumMinutes).length,
    violations: violations.length,
    changedPlannedPercent: changes.plannedPercent,
    changedToldPercent: changes.toldPercent,
    seconds,
    slowestTickMs,
  };
}

/** How often an order has another courier from one tick to the next: of those planned, and of those told to go for it. */
class ChangeCount {
  private before = new Map<number, { readonly courierKey: number; readonly isTold: boolean }>();
  private planned = 0;
  private plannedChanged = 0;
  private told = 0;
  private toldChanged = 0;

  see(plan: Plan): void {
    const now = new Map<number, { readonly courierKey: number; readonly isTold: boolean }>();
    for (const { courierKey, orderKeys, action } of plan.assignments) {
      for (const key of orderKeys) {
        const last = this.before.get(key);
        if (last !== undefined) {
          const changed = last.courierKey === courierKey ? 0 : 1;
          this.planned++;
          this.plannedChanged += changed;
          if (last.isTold) {
            this.told++;
            this.toldChanged += changed;
          }
        }
        now.set(key, { courierKey, isTold: action === 'go' });
      }
    }
    this.before = now;
  }

  get plannedPercent(): number {
    return (100 * this.plannedChanged) / Math.max(1, this.planned);
  }

  get toldPercent(): number {
    return (100 * this.toldChanged) / Math.max(1, this.told);
  }
}

/** Means over instances, with the names that the table of results has for them. */
function summaryOf(rows: readonly Row[]) {
  const sum = (pick: (row: Row) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const mean = (pick: (row: Row) => number): number => sum(pick) / rows.length;
  return {
    instances: rows.length,
    invalid: rows.filter((row) => row.violations > 0).length,
    orders: mean((row) => row.orders),
    clickToDoorMean: mean((row) => row.clickToDoorMean),
    clickToDoorExcess: mean((row) => row.clickToDoorMean - row.floor),
    clickToDoorFloor: mean((row) => row.floor),
    clickToDoorP90: mean((row) => row.clickToDoorP90),
    overageMean: mean((row) => row.overageMean),
    readyToPickupMean: mean((row) => row.readyToPickupMean),
    undeliveredPercent: mean((row) => row.undeliveredPercent),
    undeliverablePercent: mean((row) => row.undeliverablePercent),
    payPerOrder: mean((row) => row.payPerOrder),
    ordersPerBundle: mean((row) => row.ordersPerBundle),
    courierUtilisation: mean((row) => row.courierUtilisation),
    over90: sum((row) => row.over90),
    over90Unavoidable: sum((row) => row.over90Unavoidable),
    changedPlannedPercent: mean((row) => row.changedPlannedPercent),
    changedToldPercent: mean((row) => row.changedToldPercent),
    /** All of them together. */
    seconds: sum((row) => row.seconds),
    slowestTickMs: Math.max(...rows.map((row) => row.slowestTickMs)),
  };
}

type Summary = ReturnType<typeof summaryOf>;

function printTable(rows: readonly Row[], summary: Summary, halfSize: Summary | undefined): void {
  console.log(
    'instance           orders undeliv%   ctd  floor    p90  over   rtp   pay bundle util% >90 seconds tick-ms',
  );
  for (const row of rows) console.log(line(row.name, row, row.floor));
  console.log(line(`mean of ${rows.length}`, summary, summary.clickToDoorFloor));
  if (halfSize !== undefined) {
    console.log(line(`half size, ${halfSize.instances}`, halfSize, halfSize.clickToDoorFloor));
  }
  console.log(
    `Reyes et al. 2018, all 240: not delivered ${REYES.undeliveredPercent} %, click-to-door ${REYES.clickToDoor}, ` +
      `ready-to-pickup ${REYES.readyToPickup}, pay per order ${REYES.payPerOrder}; ` +
      `16 of half size: ${HALF_SIZE.clickToDoorOfReyes}, with perfect foresight ${HALF_SIZE.clickToDoorOfForesight}`,
  );
  console.log(
    `${summary.over90} delivered orders over the maximum, ${summary.over90Unavoidable} orders cannot be under it; ` +
      `${summary.undeliverablePercent.toFixed(3)} % are ready after every shift that could fetch them`,
  );
  console.log(
    `from minute to minute ${summary.changedPlannedPercent.toFixed(1)} % of planned orders get another courier, ` +
      `of those whose courier is on its way for them ${summary.changedToldPercent.toFixed(1)} %`,
  );
  if (summary.invalid > 0) console.log(`${summary.invalid} INVALID`);
}

function line(name: string, row: Pick<Row, keyof Row & keyof Summary>, floor: number): string {
  return [
    name.padEnd(18),
    row.orders.toFixed(0).padStart(6),
    row.undeliveredPercent.toFixed(3).padStart(8),
    row.clickToDoorMean.toFixed(2).padStart(5),
    floor.toFixed(2).padStart(6),
    row.clickToDoorP90.toFixed(1).padStart(6),
    row.overageMean.toFixed(2).padStart(5),
    row.readyToPickupMean.toFixed(2).padStart(5),
    row.payPerOrder.toFixed(2).padStart(5),
    row.ordersPerBundle.toFixed(2).padStart(6),
    (row.courierUtilisation * 100).toFixed(0).padStart(5),
    String(row.over90).padStart(3),
    row.seconds.toFixed(2).padStart(7),
    row.slowestTickMs.toFixed(0).padStart(7),
  ].join(' ');
}
