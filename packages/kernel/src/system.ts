import type { Ticker } from './clock.ts';
import { type EpochMs, epochMs } from './time.ts';

/**
 * The real world, in one place. Nothing else in the kernel, the engines, the platform or the twin may
 * touch the host's clock or timers; a lint rule holds it.
 */
interface Host {
  performance: { now(): number };
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

const host = globalThis as unknown as Host;

export const systemTicker: Ticker = {
  elapsedMs: () => host.performance.now(),
  after(milliseconds, callback) {
    const timer = host.setTimeout(callback, milliseconds);
    return () => host.clearTimeout(timer);
  },
};

export function systemNow(): EpochMs {
  return epochMs(Date.now());
}
