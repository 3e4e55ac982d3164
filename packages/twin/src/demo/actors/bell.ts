import { type Clock, sleep } from '@halfhour/kernel';

/** A wait that news can cut short. One waits at a time. */
export interface Bell {
  ring(): void;
  /** Resolves after `milliseconds` of the clock, or as soon as the bell rings or has rung since the last wait. */
  wait(milliseconds: number): Promise<void>;
}

export function createBell(clock: Clock, signal: AbortSignal): Bell {
  let hasRung = false;
  let cut: (() => void) | undefined;
  return {
    ring() {
      hasRung = true;
      cut?.();
    },
    async wait(milliseconds) {
      if (!hasRung) {
        const controller = new AbortController();
        const onAbort = (): void => controller.abort();
        signal.addEventListener('abort', onAbort, { once: true });
        cut = onAbort;
        try {
          await sleep(clock, milliseconds, controller.signal);
        } catch (error) {
          if (!controller.signal.aborted) throw error;
        } finally {
          cut = undefined;
          signal.removeEventListener('abort', onAbort);
        }
      }
      hasRung = false;
      signal.throwIfAborted();
    },
  };
}
