import type { Command } from 'commander';
import type { MarketId } from '@halfhour/kernel';
import { selectMoved } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { type MoveReport, MoveRefused, moveMarket } from '@halfhour/platform/moves';
import { migrateDatabase, startDatabase } from '../database.ts';
import { createLog } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { type CommandOptions, readSettings } from '../settings.ts';
import { type SetUp, onDatabase, requireMarket } from './on-database.ts';

interface MoveOptions extends CommandOptions {
  readonly market: string;
  readonly to: string;
  readonly url: string;
}

/** `halfhour market move`: one market to another Postgres, while it is open but for some seconds. */
export function registerMove(market: Command): void {
  market
    .command('move')
    .description('move a market to another Postgres, where Halfhour runs or will; it is paused for seconds')
    .requiredOption('--market <slug>', 'the market, by its slug or id')
    .requiredOption('--to <url>', 'the other Postgres, as postgres://user:password@host:5432/database')
    .requiredOption('--url <url>', 'where clients reach the market afterwards; servers here tell them so')
    .option('--data <folder>', 'folder of the embedded Postgres (.halfhour)')
    .action((options: MoveOptions) => onDatabase(options, (setUp) => move(setUp, options)));
}

async function move({ db, settings }: SetUp, options: MoveOptions): Promise<string> {
  if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) {
    throw new Refusal(
      `--url must look like https://shop.example.org (it is ${JSON.stringify(options.url)}).`,
    );
  }
  const to = readSettings({}, { DATABASE_URL: options.to });
  const marketId = await marketOf(db, options.market);
  const log = createLog({ level: settings.logLevel });
  const target = await startDatabase(to, log);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    await migrateDatabase(target.db, log);
    const report = await moveMarket(db, target.db, marketId, {
      movedTo: options.url,
      signal: stopping.signal,
      now: () => performance.now(),
      onStep: (step) => process.stdout.write(`  ${step}\n`),
    });
    return said(report, options);
  } catch (error) {
    throw error instanceof MoveRefused ? new Refusal(error.message) : error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await target.close();
  }
}

/** Also one whose move was cut off in its last step, by its id. */
async function marketOf(db: Database, name: string): Promise<MarketId> {
  const gone = [...(await selectMoved(db)).keys()].find((id) => id === name);
  return gone ?? (await requireMarket(db, name)).id;
}

function said({ pausedMs, lastOrders }: MoveReport, { market, url }: MoveOptions): string {
  return `
  Market ${market} is served from the other database now, at ${url}.
  It was paused for ${(pausedMs / 1_000).toFixed(2)} s, in which ${lastOrders} orders were copied.
  Servers here answer 421 with that address. What is left of it here is no longer used.
`;
}
