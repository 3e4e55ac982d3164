import type { Logger } from 'pino';
import { seededRandom, systemTicker } from '@halfhour/kernel';
import { VEHICLE_PROFILES } from '@halfhour/engines/streets';
import { type DemoCast, type DemoMarket, playDay } from '@halfhour/twin/demo';
import type { Platform } from '../platform.ts';
import type { CastFile } from './cast-file.ts';
import type { Guests } from './load-guests.ts';
import type { MarketClock } from './market-clock.ts';

const SAVE_CLOCK_MS = 2_000;

/** Lets the people of the demo act through the public API, and keeps the market's time on disk meanwhile. */
export async function letPeopleLive(options: {
  readonly demo: DemoMarket;
  readonly cast: CastFile;
  readonly guests: Guests;
  readonly market: MarketClock;
  readonly platform: Pick<Platform, 'maps'>;
  readonly baseUrl: string;
  /** Ends their day. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}): Promise<{ stop(): Promise<void> }> {
  const { demo, cast, guests, market, platform, baseUrl, signal, log } = options;
  const map = await platform.maps.load(cast.marketId);
  for (const vehicle of VEHICLE_PROFILES) await map.prepare(vehicle);
  const playing = playDay({
    baseUrl,
    demo,
    cast: castOf(cast, guests),
    streets: map.streetsAt,
    clock: market.clock,
    ticker: systemTicker,
    random: seededRandom('people'),
    signal,
    log: (event, facts) => log.info({ event, ...facts }, event),
  }).catch((error: unknown) => {
    if (!signal.aborted) log.error({ event: 'people_stopped', err: error }, 'the simulated people stopped');
  });
  let cancel = (): void => {};
  const save = (): void => {
    if (signal.aborted) return;
    cancel = systemTicker.after(SAVE_CLOCK_MS, () => {
      market.save().then(save, (error: unknown) => {
        log.error({ event: 'clock_not_saved', err: error }, 'the market’s time could not be saved');
        save();
      });
    });
  };
  save();
  return {
    async stop() {
      await playing;
      cancel();
      market.clock.setSpeed(0);
      await market.save();
    },
  };
}

function castOf(cast: CastFile, { merchant }: Guests): DemoCast {
  const pick = <T, U>(record: Readonly<Record<string, T>>, of: (value: T) => U): Map<string, U> =>
    new Map(Object.entries(record).map(([key, value]) => [key, of(value)]));
  return {
    marketId: cast.marketId,
    stores: pick(cast.stores, (id) => id),
    couriers: pick(cast.couriers, (courier) => courier.courierId),
    shoppers: pick(cast.shoppers, (shopper) => shopper.userId),
    attended: new Set([merchant.storeId]),
    tokenOf(actor) {
      const person =
        actor.role === 'integrator'
          ? cast.integrator
          : (actor.role === 'courier' ? cast.couriers : cast.shoppers)[actor.key];
      return person === undefined
        ? Promise.reject(new Error(`no ${actor.role} of that name in the cast`))
        : Promise.resolve(person.token);
    },
  };
}
