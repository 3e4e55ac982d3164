import type { Logger } from 'pino';
import { MINUTE_MS, systemTicker } from '@halfhour/kernel';
import { type Database, listBackups, readArchiveState } from '@halfhour/platform/postgres';

/**
 * Looks every minute whether the server's log reaches its archive, and says so in the log where it does not: then
 * nothing later can be restored, and the log stays in the data folder until its disk is full.
 *
 * @returns ends the watch; what runs of it is waited for
 */
export async function watchArchive(
  db: Database,
  backupsFolder: string,
  log: Logger,
): Promise<() => Promise<void>> {
  if ((await listBackups(backupsFolder)).length === 0) {
    log.warn(
      { event: 'no_base_backup', folder: backupsFolder },
      'the log is archived, and nothing can be restored before a first "halfhour backup"',
    );
  }
  let ended = false;
  let looking = Promise.resolve();
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    // A server that cannot be asked is told about elsewhere.
    const state = await readArchiveState(db).catch(() => undefined);
    if (state?.failed === undefined) return;
    log.error(
      { event: 'archive_failing', folder: backupsFolder, segment: state.failed },
      'the log cannot be archived: look into the folder and server.log',
    );
  };
  const schedule = (): void => {
    cancel = systemTicker.after(MINUTE_MS, () => {
      looking = look().finally(() => {
        if (!ended) schedule();
      });
    });
  };
  schedule();
  return async () => {
    ended = true;
    cancel();
    await looking;
  };
}
