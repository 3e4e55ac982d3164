import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  type EpochMs,
  MINUTE_MS,
  ScaledClock,
  type Ticker,
  addMs,
  epochMs,
  localTime,
} from '@halfhour/kernel';

/** How a simulated market's time goes on over restarts. */
export interface MarketClock {
  readonly clock: ScaledClock;
  save(): Promise<void>;
}

/** The demo's day begins shortly before lunch. */
const FIRST_MINUTE = 11 * 60 + 30;

/**
 * The clock of a simulated market: goes on from where it was saved, and never before `notBefore` (the latest
 * thing that happened, since a killed process has not saved its last seconds). At first it starts on the
 * present day shortly before lunch.
 */
export async function openMarketClock(options: {
  readonly path: string;
  readonly ticker: Ticker;
  readonly wallNow: EpochMs;
  readonly timeZone: string;
  readonly notBefore: EpochMs | undefined;
  readonly speed: number;
}): Promise<MarketClock> {
  const { path, ticker, wallNow, timeZone, notBefore, speed } = options;
  const saved = await readMoment(path);
  const first = addMs(wallNow, (FIRST_MINUTE - localTime(wallNow, timeZone).minuteOfDay) * MINUTE_MS);
  const start = epochMs(Math.max(saved ?? first, notBefore ?? 0));
  const clock = new ScaledClock(ticker, start, speed);
  const write = async (): Promise<void> => {
    await writeFile(`${path}.partial`, JSON.stringify({ marketMoment: clock.now() }));
    await rename(`${path}.partial`, path);
  };
  // One after the other: the last save, at the end, may come while another is being written.
  let saving: Promise<void> = Promise.resolve();
  return {
    clock,
    save() {
      saving = saving.catch(() => undefined).then(write);
      return saving;
    },
  };
}

async function readMoment(path: string): Promise<EpochMs | undefined> {
  try {
    const { marketMoment } = JSON.parse(await readFile(path, 'utf8')) as { marketMoment: number };
    return epochMs(marketMoment);
  } catch {
    // Absent at the first start; damaged after a full disk: then the latest event says where the day was.
    return undefined;
  }
}
