import { type EpochMs, ScaledClock, addMs, epochMs, systemNow, systemTicker } from '@halfhour/kernel';
import { openCityMap } from '../../apps/server/src/city-maps.ts';
import { closeAll } from '../../apps/server/src/close-all.ts';
import { migrateDatabase, startDatabase } from '../../apps/server/src/database.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { takeNodeNumber } from '../../apps/server/src/node-number.ts';
import { createPlatform } from '../../apps/server/src/platform.ts';
import { readSettings } from '../../apps/server/src/settings.ts';
import { startServer } from '../../apps/server/src/start-server.ts';
import { stopOnSignal } from '../../apps/server/src/stop-signals.ts';

/**
 * `halfhour serve` on a clock that runs faster than the wall's, so that dispatch, payments and their expiry happen
 * within the seconds of a test. `HALFHOUR_TEST_BEGAN` is the moment in milliseconds when both clocks were the same:
 * the time goes on where a killed server was.
 */
const SPEED = Number(process.env['HALFHOUR_TEST_SPEED']);
const BEGAN = epochMs(Number(process.env['HALFHOUR_TEST_BEGAN']));

const settings = readSettings({ port: '0' }, process.env);
const log = createLog({ level: settings.logLevel });
const database = await startDatabase(settings, log);
const closing: (() => Promise<void>)[] = [database.close];
await migrateDatabase(database.db, log);
const held = await takeNodeNumber(database.db, { node: settings.node, alone: true }, log);
closing.push(held.release);
const platform = createPlatform({
  db: database.db,
  clock: new ScaledClock(systemTicker, hurried(systemNow()), SPEED),
  wallClock: new ScaledClock(systemTicker, systemNow()),
  node: held.node,
  openCityMap,
  log,
});
closing.push(platform.close);
await platform.startMarkets();
const server = await startServer(settings, platform, log);
closing.push(server.stop);
stopOnSignal(() => closeAll(closing), {
  now: () => performance.now(),
  onStop: () => undefined,
  onError: (error) => log.fatal({ event: 'stop_failed', err: error }, 'could not stop cleanly'),
});
log.info({ event: 'listening', url: server.url }, 'listening');

function hurried(wall: EpochMs): EpochMs {
  return addMs(BEGAN, (wall - BEGAN) * SPEED);
}
