import './require-runtime.ts';
import { Command } from 'commander';
import { EmbeddedPostgresError } from '@halfhour/platform/postgres';
import packageJson from '../package.json' with { type: 'json' };
import { register as registerBackup } from './commands/backup.ts';
import { register as registerDemo } from './commands/demo.ts';
import { register as registerMap } from './commands/map.ts';
import { register as registerMarket } from './commands/market.ts';
import { register as registerPeople } from './commands/people.ts';
import { register as registerReplay } from './commands/replay.ts';
import { register as registerRestore } from './commands/restore.ts';
import { register as registerServe } from './commands/serve.ts';
import { UnboundRoutes } from './http/bind-routes.ts';
import { Refusal } from './refusal.ts';

const program = new Command('halfhour')
  .description('The open platform for instant commerce')
  .version(packageJson.version)
  .showHelpAfterError();

registerDemo(program);
registerReplay(program);
registerServe(program);
registerMap(program);
registerMarket(program);
registerPeople(program);
registerBackup(program);
registerRestore(program);

try {
  await program.parseAsync();
} catch (error) {
  const inWords = [Refusal, EmbeddedPostgresError, UnboundRoutes].some((kind) => error instanceof kind);
  process.stderr.write(`${inWords ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
}
