import { HOUR_MS, sleep } from '@halfhour/kernel';
import { playCourier } from './play-courier.ts';
import { playShoppers } from './play-shoppers.ts';
import { playStores } from './play-stores.ts';
import { restockShelves } from './restock-shelves.ts';
import { type PlayDayOptions, setStage } from './stage.ts';

/** Market time before an actor that failed begins again; it grows so that a lasting fault does not flood the log. */
const BEGIN_AGAIN_MS = 60_000;
const BEGIN_AGAIN_CAP_MS = 900_000;

/**
 * Plays the people of a demo market through the public HTTP API: shoppers order by the demand curve, stores
 * accept and prepare, couriers work their shifts along real streets. Takes up what it finds: open orders,
 * shifts that are on, routes half done. Resolves when the signal aborts and everyone has stopped. An actor
 * that fails is logged as `actor_failed` and begins again.
 */
export async function playDay(options: PlayDayOptions): Promise<void> {
  const { clock, demo, log, signal } = options;
  const stage = await setStage(options);
  const running = new Set<Promise<void>>();
  const spawn = (name: string, work: () => Promise<void>): void => {
    const done = work()
      .catch((error: unknown) => {
        if (!signal.aborted) log('actor_failed', { actor: name, error: errorText(error) });
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  const keep = (name: string, work: () => Promise<void>): void =>
    spawn(name, async () => {
      for (let waitMs = BEGIN_AGAIN_MS; ; waitMs = Math.min(2 * waitMs, BEGIN_AGAIN_CAP_MS)) {
        try {
          return await work();
        } catch (error) {
          if (signal.aborted) return;
          log('actor_failed', { actor: name, error: errorText(error) });
        }
        await sleep(clock, waitMs, signal);
      }
    });
  log('day_started', {
    stores: demo.stores.length,
    couriers: demo.couriers.length,
    shoppers: demo.shoppers.length,
  });
  keep('stores', () => playStores(stage, spawn));
  keep('shoppers', () => playShoppers(stage, spawn));
  keep('restocking', () => restockShelves(stage));
  for (const courier of demo.couriers) keep(courier.key, () => playCourier(stage, courier));
  keep('bookkeeper', async () => {
    for (;;) {
      await sleep(clock, HOUR_MS, signal);
      log('hour_played', stage.takeCounts());
    }
  });
  while (running.size > 0) await Promise.allSettled(running);
  log('day_stopped', stage.takeCounts());
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
