import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DispatchPolicy, createDispatchEngine } from '@halfhour/engines/dispatch';
import { seededRandom } from '@halfhour/kernel';
import {
  clickToDoorFloor,
  clickToDoorFloors,
  loadInstance,
  metricsOf,
  playInstance,
  policyFor,
  validateSolution,
} from '@halfhour/twin/mdrp';
import { sharedData } from './lib/shared-data.ts';

/**
 * Dispatch on real days of meal delivery: plays the Grubhub instances in memory, a tick a minute.
 * Arguments: names of instances (or parts of names), `seed=N`, and any number of the policy as `name=value`.
 * The peer: Reyes et al. 2018 over all 240 instances (figures of their default method); the floor: every
 * order picked up when ready and driven straight.
 */
const REYES = { undeliveredPercent: 0.25, clickToDoor: 32.74, readyToPickup: 1.93, payPerOrder: 11.42 };

export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

export async function run({ json, args }: BenchOptions): Promise<void> {
  const folder = sharedData('mdrp');
  if (folder === undefined) {
    console.log('dispatch: skipped, the instances (shared/data/mdrp beside the clone) are not here');
    return;
  }
  const overrides: Record<string, number> = {};
  const parts: string[] = [];
  let seed = '1';
  for (const arg of args) {
    const [name, value] = arg.split('=');
    if (value === undefined) parts.push(arg);
    else if (name === 'seed') seed = value;
    else overrides[name!] = Number(value);
  }
  const names = readdirSync(folder)
    .filter((name) => !name.includes('.'))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .sort();
  const rows = names.map((name) => measure(join(folder, name), overrides, seed));
  if (rows.length === 0) {
    console.log('dispatch: no instance of that name');
    return;
  }
  const mean = (pick: (row: BenchRow) => number): number =>
    rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  const summary = {
    bench: 'dispatch',
    instances: rows.length,
    invalid: rows.filter((row) => row.violations > 0).length,
    undeliveredPercent: mean((row) => row.undeliveredPercent),
    clickToDoorMean: mean((row) => row.clickToDoorMean),
    clickToDoorFloor: mean((row) => row.floor),
    clickToDoorP90: mean((row) => row.clickToDoorP90),
    overageMean: mean((row) => row.overageMean),
    readyToPickupMean: mean((row) => row.readyToPickupMean),
    payPerOrder: mean((row) => row.payPerOrder),
    ordersPerBundle: mean((row) => row.ordersPerBundle),
    courierUtilisation: mean((row) => row.courierUtilisation),
    over90: rows.reduce((sum, row) => sum + row.over90, 0),
    over90Unavoidable: rows.reduce((sum, row) => sum + row.unavoidable, 0),
    seconds: mean((row) => row.seconds),
    slowestTickMs: Math.max(...rows.map((row) => row.slowestTickMs)),
    clickToDoorOfPeer: REYES.clickToDoor,
    clickToDoorRatioToPeer: mean((row) => row.clickToDoorMean) / REYES.clickToDoor,
  };
  console.log(
    'instance           orders undeliv%   ctd  floor    p90  over   rtp   pay bundle util% >90 seconds tick-ms',
  );
  for (const row of rows) console.log(line(row.name, row));
  console.log(
    line('mean', {
      ...summary,
      orders: mean((row) => row.orders),
      floor: summary.clickToDoorFloor,
      violations: summary.invalid,
      unavoidable: summary.over90Unavoidable,
    }),
  );
  console.log(
    `Reyes et al. 2018, all 240: not delivered ${REYES.undeliveredPercent} %, click-to-door ${REYES.clickToDoor}, ` +
      `ready-to-pickup ${REYES.readyToPickup}, pay per order ${REYES.payPerOrder}`,
  );
  console.log(
    `${summary.over90} delivered orders over the maximum; ${summary.over90Unavoidable} orders cannot be under it`,
  );
  if (json) console.log(JSON.stringify(summary));
}

type BenchRow = ReturnType<typeof measure>;

function measure(folder: string, overrides: Partial<DispatchPolicy>, seed: string) {
  const instance = loadInstance(folder);
  const policy = policyFor(instance, overrides);
  const engine = createDispatchEngine(policy, seededRandom(seed));
  let slowestTickMs = 0;
  const start = performance.now();
  const timed = {
    plan(state: Parameters<typeof engine.plan>[0]) {
      const before = performance.now();
      const plan = engine.plan(state);
      slowestTickMs = Math.max(slowestTickMs, performance.now() - before);
      return plan;
    },
  };
  const solution = playInstance(instance, timed, policy);
  const seconds = (performance.now() - start) / 1_000;
  const violations = validateSolution(instance, solution);
  for (const violation of violations.slice(0, 3)) {
    console.log(`${instance.name}: ${violation.code}: ${violation.message}`);
  }
  const metrics = metricsOf(instance, solution);
  return {
    name: instance.name,
    ...metrics,
    undeliveredPercent: (100 * (metrics.orders - metrics.delivered)) / metrics.orders,
    floor: clickToDoorFloor(instance),
    unavoidable: clickToDoorFloors(instance).filter((minutes) => minutes > instance.parameters.maximumMinutes)
      .length,
    violations: violations.length,
    seconds,
    slowestTickMs,
  };
}

function line(
  name: string,
  row: Omit<BenchRow, 'name' | 'delivered' | 'readyToPickupP90' | 'payTotal'>,
): string {
  return [
    name.padEnd(18),
    row.orders.toFixed(0).padStart(6),
    row.undeliveredPercent.toFixed(2).padStart(8),
    row.clickToDoorMean.toFixed(2).padStart(5),
    row.floor.toFixed(2).padStart(6),
    row.clickToDoorP90.toFixed(1).padStart(6),
    row.overageMean.toFixed(2).padStart(5),
    row.readyToPickupMean.toFixed(2).padStart(5),
    row.payPerOrder.toFixed(2).padStart(5),
    row.ordersPerBundle.toFixed(2).padStart(6),
    (row.courierUtilisation * 100).toFixed(0).padStart(5),
    String(row.over90).padStart(3),
    row.seconds.toFixed(2).padStart(7),
    row.slowestTickMs.toFixed(0).padStart(7),
    row.violations > 0 ? 'INVALID' : '',
  ].join(' ');
}
