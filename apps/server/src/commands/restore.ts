import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type EpochMs, fromRfc3339, systemTicker, toRfc3339 } from '@halfhour/kernel';
import { type Backup, type Restored, restoreBackup } from '@halfhour/platform/postgres';
import { type DatabaseCheck, checkDatabase } from '../check-database.ts';
import { Refusal } from '../refusal.ts';
import { untilSignal } from '../until-signal.ts';

interface RestoreOptions {
  readonly data: string;
  readonly at?: string;
}

/** `halfhour restore`: a backup and its archive into a new data folder. */
export function register(program: Command): void {
  program
    .command('restore')
    .description('restore a backup, to a moment where its log is archived')
    .argument('<backup>', 'folder of a backup, or of backups: then the latest before the moment')
    .requiredOption('--data <folder>', 'new folder for the embedded Postgres')
    .option('--at <moment>', 'such as 2026-11-23T12:00:00Z; without it, all that was archived')
    .action(restore);
}

async function restore(source: string, options: RestoreOptions): Promise<void> {
  const at = momentOf(options.at);
  const dataFolder = resolve(options.data);
  const started = performance.now();
  let check: DatabaseCheck | undefined;
  const restored = await untilSignal((signal) =>
    restoreBackup({
      source,
      dataFolder,
      at,
      ticker: systemTicker,
      searchPath: process.env['PATH'] ?? '',
      async check(db) {
        check = await checkDatabase(db);
      },
      signal,
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(
    signOf(restored, check!, { at, seconds, dataFolder, start: await startOf(dataFolder, restored.backup) }),
  );
  // What does not hold was so before the backup: the data is kept to look at, and the exit code tells.
  if (check!.problems.length > 0) process.exitCode = 1;
}

function momentOf(text: string | undefined): EpochMs | undefined {
  if (text === undefined) return undefined;
  const moment = fromRfc3339(text);
  if (moment === undefined) {
    throw new Refusal(`--at must be a moment with its offset, such as 2026-11-23T12:00:00Z (it is ${text}).`);
  }
  return moment;
}

/** How to serve such a folder: the demo's has a cast; of an ordinary server it is the data directory. */
async function startOf(dataFolder: string, { made, major }: Backup): Promise<string> {
  if (made === 'pg_basebackup') {
    return `stop the server of Postgres ${major}, put ${join(dataFolder, 'postgres')} in the place of its data directory, start it`;
  }
  return access(join(dataFolder, 'cast.json')).then(
    () => `npx halfhour demo --data ${dataFolder}`,
    () => `npx halfhour serve --data ${dataFolder} --backups NEW-BACKUPS-FOLDER`,
  );
}

function signOf(
  { backup, standsAt, missingSegment }: Restored,
  check: DatabaseCheck,
  about: { at: EpochMs | undefined; seconds: number; dataFolder: string; start: string },
): string {
  const before = about.at === undefined ? 'all that was archived' : `all before ${toRfc3339(about.at)}`;
  const lines = [
    ['Restored', `${about.dataFolder} from ${backup.folder} in ${about.seconds.toFixed(1)} s`],
    ['Stands at', `${toRfc3339(standsAt)}, its last transaction; ${before}`],
    ['Checked', checkedOf(check)],
    ...check.problems.map((problem) => ['PROBLEM', problem]),
    ['Start', about.start],
  ];
  if (missingSegment !== undefined && about.at === undefined) {
    lines.push([
      'Warning',
      `the archive goes on behind a gap (${missingSegment} is missing): a later backup reaches that`,
    ]);
  }
  return lines.map(([name, value]) => `  ${name!.padEnd(9)} ${value}\n`).join('');
}

function checkedOf({ markets, problems, pendingMigrations }: DatabaseCheck): string {
  if (problems.length > 0) return `${problems.length} things do not hold`;
  if (pendingMigrations.length > 0) {
    return `the database is of an older Halfhour; the next start applies ${pendingMigrations.join(', ')}`;
  }
  return `${markets} markets: the ledger balances, all stock is explained`;
}
