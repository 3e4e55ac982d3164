import type { Ticker } from '@halfhour/kernel';

/** The page's own time: the one place where it reads a clock and sets timers. Starts with the page. */
export const browserTicker: Ticker = {
  elapsedMs: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
