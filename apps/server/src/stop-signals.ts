/** A shell, npm and a process manager may each hand on the same Ctrl-C: within this time it is one. */
const SAME_SIGNAL_MS = 500;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Stops on the first SIGINT or SIGTERM and exits with 0, or 1 where stopping failed; a second one exits at once.
 *
 * @param now milliseconds that only grow
 */
export function stopOnSignal(
  stop: () => Promise<void>,
  options: {
    readonly now: () => number;
    readonly onStop: (signal: NodeJS.Signals) => void;
    readonly onError: (error: unknown) => void;
  },
): void {
  let stoppingSince: number | undefined;
  for (const signal of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
    process.on(signal, () => {
      if (stoppingSince !== undefined) {
        if (options.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
        return;
      }
      stoppingSince = options.now();
      options.onStop(signal);
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          options.onError(error);
          process.exit(1);
        },
      );
    });
  }
}
