import type { Random, Ticker } from '@halfhour/kernel';

/** Milliseconds to wait before retry number `attempt` (from 0): exponential with full jitter (AWS, 2015). */
export function backoffMs(attempt: number, random: Random, baseMs = 200, capMs = 10_000): number {
  return Math.ceil(random.next() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20)));
}

/** Waits `milliseconds` of the host's time; rejects with the signal's reason when it aborts. */
export function pause(ticker: Ticker, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = ticker.after(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
