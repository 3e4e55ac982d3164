import { Refusal } from './refusal.ts';
import { stopOnSignal } from './stop-signals.ts';

/**
 * Runs what has an end of its own, and ends it early on the first SIGINT or SIGTERM: it cleans up behind itself and
 * throws the Refusal that its signal is aborted with. A second one exits at once.
 */
export function untilSignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  stopOnSignal(
    // The process ends by what `run` throws.
    () => new Promise<void>(() => undefined),
    {
      now: () => performance.now(),
      onStop: () => stopping.abort(new Refusal('Interrupted: what was begun is removed again.')),
      onError: () => undefined,
    },
  );
  return run(stopping.signal);
}
