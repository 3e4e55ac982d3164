import { invariant } from './invariant.ts';
import { type EpochMs, epochMs } from './time.ts';

/** Time as an argument: production passes the real clock, the twin and the tests one that they move. */
export interface Clock {
  now(): EpochMs;
  /** Resolves when this clock reaches `moment`, at once where it is past; rejects when `signal` aborts. */
  until(moment: EpochMs, signal?: AbortSignal): Promise<void>;
}

/** Waits `milliseconds` of the clock's own time. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return clock.until(epochMs(clock.now() + Math.max(0, Math.round(milliseconds))), signal);
}

interface Sleeper {
  readonly moment: EpochMs;
  readonly wake: () => void;
}

/** Sleepers in the order in which they wake; shared by the two clocks that are not the wall's. */
class Sleepers {
  private readonly waiting: Sleeper[] = [];

  add(moment: EpochMs, signal: AbortSignal | undefined, onChange: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        moment,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        const index = this.waiting.indexOf(sleeper);
        if (index >= 0) this.waiting.splice(index, 1);
        onChange();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      let low = 0;
      let high = this.waiting.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.waiting[middle]!.moment <= moment) low = middle + 1;
        else high = middle;
      }
      this.waiting.splice(low, 0, sleeper);
      onChange();
    });
  }

  next(): EpochMs | undefined {
    return this.waiting[0]?.moment;
  }

  wakeDue(now: EpochMs): void {
    while (this.waiting.length > 0 && this.waiting[0]!.moment <= now) this.waiting.shift()!.wake();
  }
}

/** A clock that stands still until it is moved. For tests and for replays as fast as the machine allows. */
export class ManualClock implements Clock {
  private moment: EpochMs;
  private readonly sleepers = new Sleepers();

  constructor(start: EpochMs) {
    this.moment = start;
  }

  now(): EpochMs {
    return this.moment;
  }

  until(moment: EpochMs, signal?: AbortSignal): Promise<void> {
    if (moment <= this.moment) return Promise.resolve();
    return this.sleepers.add(moment, signal, () => {});
  }

  /** Moves forward to `moment` and wakes those whose time has come. Never moves back. */
  advanceTo(moment: EpochMs): void {
    invariant(moment >= this.moment, 'a clock never runs backwards');
    this.moment = moment;
    this.sleepers.wakeDue(moment);
  }

  advanceBy(milliseconds: number): void {
    this.advanceTo(epochMs(this.moment + milliseconds));
  }
}

/** The parts of the host that a running clock needs; `systemTicker` is the real one. */
export interface Ticker {
  /** Milliseconds that only ever grow; need not start at 1970. */
  elapsedMs(): number;
  /** Calls back once after `milliseconds`; the returned function cancels. */
  after(milliseconds: number, callback: () => void): () => void;
}

/**
 * A clock that runs `speed` times as fast as the world, and can be paused (speed 0) or changed while
 * others sleep on it. With speed 1 and a start of now it is the wall clock.
 */
export class ScaledClock implements Clock {
  private readonly ticker: Ticker;
  private readonly sleepers = new Sleepers();
  private baseMoment: EpochMs;
  private baseElapsed: number;
  private rate: number;
  private cancelTimer: (() => void) | undefined;

  constructor(ticker: Ticker, start: EpochMs, speed = 1) {
    assertSpeed(speed);
    this.ticker = ticker;
    this.baseMoment = start;
    this.baseElapsed = ticker.elapsedMs();
    this.rate = speed;
  }

  get speed(): number {
    return this.rate;
  }

  now(): EpochMs {
    return epochMs(Math.floor(this.baseMoment + (this.ticker.elapsedMs() - this.baseElapsed) * this.rate));
  }

  setSpeed(speed: number): void {
    assertSpeed(speed);
    this.baseMoment = this.now();
    this.baseElapsed = this.ticker.elapsedMs();
    this.rate = speed;
    this.schedule();
  }

  until(moment: EpochMs, signal?: AbortSignal): Promise<void> {
    if (moment <= this.now()) return Promise.resolve();
    return this.sleepers.add(moment, signal, () => this.schedule());
  }

  private schedule(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const next = this.sleepers.next();
    if (next === undefined || this.rate === 0) return;
    const wait = Math.max(0, Math.ceil((next - this.now()) / this.rate));
    // Timers of the host overflow beyond 2^31 ms; a day is soon enough to look again.
    this.cancelTimer = this.ticker.after(Math.min(wait, 86_400_000), () => {
      this.sleepers.wakeDue(this.now());
      this.schedule();
    });
  }
}

function assertSpeed(speed: number): void {
  invariant(speed >= 0 && Number.isFinite(speed), 'speed must be zero or more');
}
