import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemTicker } from '@halfhour/kernel';
import { openDatabase, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import {
  type Instance,
  MalformedInstance,
  SOLUTION_FILES,
  loadInstance,
  writeSolution,
} from '@halfhour/twin/mdrp';
import { type Replay, replayInstance } from '@halfhour/twin/replay';
import { migrateDatabase } from '../database.ts';
import { createLog } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { stopOnSignal } from '../stop-signals.ts';

interface ReplayCommandOptions {
  readonly speed: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly seed: string;
}

/** `halfhour replay`: a day of the Meal Delivery Routing Problem through the whole platform. */
export function register(program: Command): void {
  program
    .command('replay')
    .description('play a day of the Meal Delivery Routing Problem through the platform')
    .argument(
      '<folder>',
      'folder of the instance: orders.txt, couriers.txt, restaurants.txt, instance_parameters.txt',
    )
    .option('--speed <n>', 'market seconds a second, or max', 'max')
    .option('--out <folder>', 'where to write the three solution files')
    .option('--seed <text>', 'of the dispatcher’s search', '1')
    .option('--json', 'print one line of JSON')
    .action(replay);
}

async function replay(folder: string, options: ReplayCommandOptions): Promise<void> {
  const speed = options.speed === 'max' ? undefined : Number(options.speed);
  if (speed !== undefined && !(speed > 0)) throw new Refusal('--speed must be a number above 0, or max.');
  const instance = readFolder(folder);
  const log = createLog({ level: 'warn' });
  const scratch = await mkdtemp(join(tmpdir(), 'halfhour-replay-'));
  await chmod(scratch, 0o755);
  // The market of a replay is thrown away, so nothing of it needs to survive a power cut.
  const server = await startEmbeddedPostgres({
    folder: scratch,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  // Nothing of it is kept: Ctrl-C ends it at once, with its Postgres and its folder.
  const discard = async (): Promise<void> => {
    await server.kill();
    await rm(scratch, { recursive: true, force: true });
  };
  let stopped = false;
  stopOnSignal(discard, {
    now: () => performance.now(),
    onStop: () => {
      stopped = true;
    },
    onError: (error) => log.fatal({ event: 'stop_failed', err: error }, 'could not stop cleanly'),
  });
  const db = openDatabase({ connection: server.connection, maxConnections: 8 });
  const started = performance.now();
  try {
    await migrateDatabase(db, log);
    const isWatched = process.stderr.isTTY && options.json !== true;
    const done = await replayInstance({
      instance,
      db,
      ticker: systemTicker,
      seed: options.seed,
      minutesPerSecond: speed === undefined ? undefined : speed / 60,
      onMinute: (minute, placed) => {
        if (isWatched && minute % 10 === 0) {
          process.stderr.write(
            `\r${clockText(minute)}  ${placed} of ${instance.orders.length} orders placed`,
          );
        }
      },
      onWarning: (what, facts) => log.warn({ event: 'replay_warning', what, ...facts }, what),
    });
    if (isWatched) process.stderr.write('\n');
    const seconds = (performance.now() - started) / 1_000;
    if (options.out !== undefined) await writeFiles(options.out, done);
    process.stdout.write(
      options.json === true ? `${jsonOf(done, seconds)}\n` : tableOf(instance, done, seconds),
    );
    if (done.violations.length > 0) process.exitCode = 1;
  } catch (error) {
    // What runs when its Postgres is taken away fails; that is no news to who asked for it.
    if (!stopped) throw error;
  } finally {
    await db.close().catch(() => undefined);
    if (!stopped) await discard();
  }
}

function readFolder(folder: string): Instance {
  try {
    return loadInstance(folder);
  } catch (error) {
    if (error instanceof MalformedInstance) throw new Refusal(error.message);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Refusal(`${folder} is no instance: ${(error as Error).message}`);
    }
    throw error;
  }
}

async function writeFiles(folder: string, { solution }: Replay): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = writeSolution(solution);
  for (const key of Object.keys(SOLUTION_FILES) as (keyof typeof SOLUTION_FILES)[]) {
    await writeFile(join(folder, SOLUTION_FILES[key]), files[key]);
  }
}

function jsonOf({ metrics, violations }: Replay, seconds: number): string {
  return JSON.stringify({
    delivered: metrics.delivered,
    orders: metrics.orders,
    clickToDoorMean: round(metrics.clickToDoorMean),
    readyToPickupMean: round(metrics.readyToPickupMean),
    payPerOrder: round(metrics.payPerOrder),
    ordersPerBundle: round(metrics.ordersPerBundle),
    over90: metrics.over90,
    valid: violations.length === 0,
    seconds: round(seconds),
  });
}

function tableOf(instance: Instance, { metrics, violations }: Replay, seconds: number): string {
  const rows: [string, string][] = [
    ['orders delivered', `${metrics.delivered} of ${metrics.orders}`],
    [
      'click to door',
      `${metrics.clickToDoorMean.toFixed(2)} min (90th percentile ${metrics.clickToDoorP90.toFixed(1)})`,
    ],
    ['ready to pickup', `${metrics.readyToPickupMean.toFixed(2)} min`],
    ['over 90 minutes', String(metrics.over90)],
    ['courier utilisation', `${(metrics.courierUtilisation * 100).toFixed(1)} %`],
    ['pay per order', metrics.payPerOrder.toFixed(2)],
    ['orders per bundle', metrics.ordersPerBundle.toFixed(3)],
    ['solution', violations.length === 0 ? 'valid' : `INVALID: ${violations.length} violations`],
    ['seconds', seconds.toFixed(1)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(20)} ${value}`);
  const broken = violations.slice(0, 10).map((violation) => `  ${violation.code}: ${violation.message}`);
  return `${instance.name}\n${[...lines, ...broken].join('\n')}\n`;
}

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
