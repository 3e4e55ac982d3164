import type { Logger } from 'pino';
import { SECOND_MS, systemTicker } from '@halfhour/kernel';
import type { EmbeddedPostgres } from '@halfhour/platform/postgres';

const LOOK_MS = SECOND_MS;
/** Backends that outlive a killed server hold its memory for some seconds and keep it from starting. */
const TRIES = 10;

/**
 * Looks every second whether the embedded Postgres lives, and starts it again where it has died: killed for its
 * memory, or by mistake. Requests are answered 503 meanwhile, and everything that waits tries again. Where it
 * cannot be started the process ends with code 1 and says why, so that whoever watches it knows.
 *
 * @returns ends the watch; what runs of it is waited for
 */
export function keepPostgres(
  postgres: Pick<EmbeddedPostgres, 'isRunning' | 'revive'>,
  log: Logger,
): () => Promise<void> {
  let ended = false;
  let tries = 0;
  let looking = Promise.resolve();
  let cancel = (): void => {};

  const look = async (): Promise<void> => {
    if (await postgres.isRunning()) {
      tries = 0;
      return;
    }
    tries += 1;
    log.error({ event: 'postgres_died', attempt: tries }, 'embedded Postgres has died, starting it again');
    try {
      await postgres.revive();
      log.warn({ event: 'postgres_started' }, 'embedded Postgres is up again');
    } catch (error) {
      if (tries < TRIES) return;
      log.fatal({ event: 'postgres_lost', err: error }, 'embedded Postgres cannot be started again');
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    }
  };
  const schedule = (): void => {
    cancel = systemTicker.after(LOOK_MS, () => {
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
