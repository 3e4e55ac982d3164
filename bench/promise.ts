import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDispatchEngine } from '@halfhour/engines/dispatch';
import { LEVELS, PromiseModel } from '@halfhour/engines/promise';
import { normal, seededRandom } from '@halfhour/kernel';
import { type Instance, type Solution, loadInstance, playInstance, policyFor } from '@halfhour/twin/mdrp';
import { type PromisedOrder, promiseDay } from './lib/promised-days.ts';
import { sharedData } from './lib/shared-data.ts';

/**
 * Promises on real days of meal delivery, played one after the other by the dispatch engine: the first with the prior
 * alone, then with what the days before have taught. Arguments: names of instances or parts of names; `ready=exact` or
 * `ready=estimated` for one of the two (stores that know when they will be ready, and stores that guess it with a
 * standard deviation of 8 minutes).
 *
 * The peer, over the same orders: today's formula with a window of one width for all; once as it is set (10 minutes)
 * and once placed afterwards, with the constants that would have made as many orders arrive before the window and by
 * its end. A full run takes about three minutes on one core.
 */
const PRIOR = { acceptanceSeconds: 60, courierSeconds: 240, windowSeconds: 600 };
const DEVIATION_MINUTES = 8;

export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

export function run({ json, args }: BenchOptions): void {
  const folder = sharedData('mdrp');
  if (folder === undefined) {
    console.log('promise: skipped, the instances (shared/data/mdrp beside the clone) are not here');
    return;
  }
  const only = args.find((arg) => arg.startsWith('ready='))?.slice('ready='.length);
  const parts = args.filter((arg) => !arg.includes('='));
  const names = readdirSync(folder)
    .filter((name) => !name.includes('.'))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .sort();
  const instances = alternate(names).map((name) => loadInstance(join(folder, name)));
  if (instances.length === 0) {
    console.log('promise: no instance of that name');
    return;
  }
  const kinds = (['exact', 'estimated'] as const).filter((kind) => only === undefined || kind === only);
  const summaries = kinds.map((kind) => [kind, measure(instances, kind, json)] as const);
  const cost = measureCost();
  if (!json) {
    console.log(
      `\nCPU: ${cost.promiseMicros.toFixed(2)} µs a promise, ${cost.learnMicros.toFixed(2)} µs a delivery`,
    );
  } else {
    console.log(JSON.stringify({ bench: 'promise', ...Object.fromEntries(summaries), ...cost }));
  }
}

/** The base days by turns, as variations of one day after the other would be too much alike. */
function alternate(names: readonly string[]): string[] {
  const seeds = [...new Set(names.map((name) => name[0]))];
  const days = seeds.map((seed) => names.filter((name) => name[0] === seed));
  return names.flatMap((_, index) => days.flatMap((day) => day[index] ?? []));
}

function measure(instances: readonly Instance[], kind: 'exact' | 'estimated', quiet: boolean) {
  const model = new PromiseModel(PRIOR);
  const orders = instances.flatMap((instance, day) => {
    const estimates = kind === 'exact' ? undefined : estimate(instance);
    return promiseDay(model, day, instance, play(instance, estimates), estimates);
  });
  const peers = {
    'the formula as it is set': formulaOf(orders, 0, PRIOR.windowSeconds),
    'the formula, best constants': formulaOf(orders, ...bestConstants(orders)),
  };
  if (!quiet) {
    print(`ready times ${kind}, ${instances.length} days`, [
      ['all', orders],
      ['the first day', orders.filter(({ day }) => day === 0)],
      ['days 2 to 6', orders.filter(({ day }) => day >= 1 && day <= 5)],
      ['days from 7', orders.filter(({ day }) => day >= 6)],
      ...bands(orders, 'hour', [0, 2, 4, 6, 8, 10, 12, 14, 16, 24], (each) => each.order.secondOfDay / 3_600),
      ...bands(orders, 'load', [0, 0.5, 0.75, 1, 1.25, 1.5, 99], loadOf),
      ...bands(
        orders,
        'preparation',
        [0, 5, 10, 15, 20, 30, 45, 999],
        (each) => each.order.preparationSeconds / 60,
      ),
    ]);
    for (const [name, peer] of Object.entries(peers)) console.log(rowOf(name, peer, 'window only'));
  }
  const days = instances.map((_, day) =>
    shareBy(
      orders.filter((each) => each.day === day),
      latestOf,
    ),
  );
  const sameShare = meanMinutes(peers['the formula, best constants'], widthOf);
  const summary = {
    days: instances.length,
    orders: orders.length,
    undelivered: orders.filter(({ tookSeconds }) => tookSeconds === Infinity).length,
    arrivedByEnd: shareBy(orders, latestOf),
    arrivedBy: Object.fromEntries(
      LEVELS.map((level, at) => [
        String(Math.round(100 * level)),
        shareBy(orders, (each) => each.quantiles[at]!),
      ]),
    ),
    meanWidthMinutes: meanMinutes(orders, widthOf),
    meanPromisedMinutes: meanMinutes(orders, latestOf),
    daysWithin2: days.filter((share) => Math.abs(share - 90) <= 2).length,
    meanMissOfADay: days.reduce((sum, share) => sum + Math.abs(share - 90), 0) / days.length,
    peerArrivedByEnd: shareBy(peers['the formula as it is set'], latestOf),
    peerWidthMinutes: meanMinutes(peers['the formula as it is set'], widthOf),
    peerPromisedMinutes: meanMinutes(peers['the formula as it is set'], latestOf),
    peerBestWidthMinutes: sameShare,
    peerBestPromisedMinutes: meanMinutes(peers['the formula, best constants'], latestOf),
    widthRatioToPeer: meanMinutes(orders, widthOf) / meanMinutes(peers['the formula as it is set'], widthOf),
    // Null where most orders take exactly the formula, so that the peer's window, placed afterwards, has no width.
    widthRatioToBestPeer: sameShare === 0 ? null : meanMinutes(orders, widthOf) / sameShare,
  };
  if (!quiet) {
    console.log(
      `${summary.daysWithin2} of ${summary.days} days within 90 ± 2 % by the end, ${summary.meanMissOfADay.toFixed(1)} ` +
        `points off on average; ${summary.undelivered} orders never delivered count as late; ` +
        `width ${summary.widthRatioToPeer.toFixed(2)} of the peer's as it is set, ` +
        `${summary.widthRatioToBestPeer?.toFixed(2) ?? 'without a ratio to the zero'} of its best`,
    );
  }
  return summary;
}

/** What stores say when an order is placed: the truth and an error, in whole minutes and not before now. */
function estimate({ name, orders }: Instance): number[] {
  const random = seededRandom(`estimates of ${name}`);
  return orders.map(({ placedMinute, readyMinute }) =>
    Math.max(placedMinute, Math.round(normal(random, readyMinute, DEVIATION_MINUTES))),
  );
}

function play(instance: Instance, estimates: readonly number[] | undefined): Solution {
  const policy = policyFor(instance);
  const engine = createDispatchEngine(policy, seededRandom('1'));
  if (estimates === undefined) return playInstance(instance, engine, policy);
  return playInstance(instance, engine, policy, {
    readySpreadMinutes: 0,
    estimatedReadyMinutes: estimates,
    declineRate: 0,
    random: seededRandom('1'),
  });
}

type Promised = Pick<PromisedOrder, 'order' | 'earliestSeconds' | 'latestSeconds' | 'tookSeconds'>;

function formulaSeconds({ preparationSeconds, travelSeconds }: PromisedOrder['order']): number {
  return PRIOR.acceptanceSeconds + Math.max(preparationSeconds, PRIOR.courierSeconds) + travelSeconds;
}

function formulaOf(orders: readonly PromisedOrder[], earliest: number, latest: number): Promised[] {
  return orders.map(({ order, tookSeconds }) => {
    const seconds = formulaSeconds(order);
    return { order, tookSeconds, earliestSeconds: seconds + earliest, latestSeconds: seconds + latest };
  });
}

/** Where a window of one width would have had to lie for as many orders before and in it; known only afterwards. */
function bestConstants(orders: readonly PromisedOrder[]): [earliest: number, latest: number] {
  const misses = orders
    .map(({ order, tookSeconds }) => tookSeconds - formulaSeconds(order))
    .sort((a, b) => a - b);
  const at = (share: number): number => misses[Math.ceil(share * misses.length) - 1] ?? misses[0]!;
  return [at(LEVELS[0]), at(shareBy(orders, latestOf) / 100)];
}

const latestOf = ({ latestSeconds }: Promised): number => latestSeconds;
const widthOf = ({ earliestSeconds, latestSeconds }: Promised): number => latestSeconds - earliestSeconds;
const loadOf = ({ order: { load } }: Promised): number => load.openOrders / (load.couriersOnShift + 1);

function shareBy<T extends Promised>(orders: readonly T[], secondsOf: (each: T) => number): number {
  return (100 * orders.filter((each) => each.tookSeconds <= secondsOf(each)).length) / orders.length;
}

function meanMinutes<T>(orders: readonly T[], secondsOf: (each: T) => number): number {
  return orders.reduce((sum, each) => sum + secondsOf(each), 0) / orders.length / 60;
}

function bands(
  orders: readonly PromisedOrder[],
  name: string,
  edges: readonly number[],
  of: (each: PromisedOrder) => number,
): [string, PromisedOrder[]][] {
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1]!;
    return [`${name} ${from} to ${to}`, orders.filter((each) => of(each) >= from && of(each) < to)];
  });
}

function print(title: string, groups: readonly (readonly [string, readonly PromisedOrder[]])[]): void {
  console.log(
    `\n${title}: share that arrived by each quantile, by the end of the window, its width and its end in minutes`,
  );
  const levels = LEVELS.map((level) => String(Math.round(100 * level)).padStart(6)).join('');
  console.log(`${''.padEnd(28)}orders${levels}  by end  width    end`);
  for (const [name, orders] of groups) {
    if (orders.length === 0) continue;
    const shares = LEVELS.map((_, at) =>
      shareBy(orders, (each) => each.quantiles[at]!)
        .toFixed(1)
        .padStart(6),
    );
    console.log(rowOf(name, orders, shares.join('')));
  }
}

function rowOf(name: string, orders: readonly Promised[], quantiles: string): string {
  return [
    name.padEnd(27),
    String(orders.length).padStart(6),
    quantiles.padEnd(6 * LEVELS.length),
    shareBy(orders, latestOf).toFixed(1).padStart(6),
    meanMinutes(orders, widthOf).toFixed(2).padStart(6),
    meanMinutes(orders, latestOf).toFixed(2).padStart(6),
  ].join(' ');
}

/** CPU of a promise and of a lesson, in a market of 2,000 stores with a history. */
function measureCost(): { promiseMicros: number; learnMicros: number } {
  const random = seededRandom('cost');
  const model = new PromiseModel(PRIOR);
  const orders = Array.from({ length: 4_096 }, () => ({
    storeKey: `sto_${String(random.below(2_000)).padStart(13, '0')}`,
    preparationSeconds: random.below(2_400),
    travelSeconds: random.below(1_200),
    secondOfDay: random.below(86_400),
    load: { openOrders: random.below(500), couriersOnShift: 300, readyWaitSeconds: random.below(200) },
  }));
  const quantiles = orders.map((order) => model.promise(order).quantiles);
  const micros = (rounds: number, each: (index: number) => void): number => {
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round++) for (let at = 0; at < orders.length; at++) each(at);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (rounds * orders.length);
  };
  const learn = (at: number): void => {
    const late = orders[at]!.preparationSeconds + orders[at]!.travelSeconds + (at % 900);
    model.learn(orders[at]!, quantiles[at]!, late);
  };
  let sink = 0;
  const promise = (at: number): void => {
    sink += model.promise(orders[at]!).latestSeconds;
  };
  micros(10, learn);
  micros(10, promise);
  const cost = { promiseMicros: micros(100, promise), learnMicros: micros(100, learn) };
  if (!Number.isFinite(sink)) throw new Error('a promise is not a number');
  return cost;
}
