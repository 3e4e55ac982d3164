/** Lets a bounded number work at a time and a bounded number wait; the rest is turned away. */
export interface Gate {
  /** Runs `work` when there is room; undefined where too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export function createGate(limit: number, maxWaiting: number): Gate {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (busy >= limit) {
        if (waiting.length >= maxWaiting) return undefined;
        // The one who leaves hands its place over, so `busy` stays.
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else busy += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) busy -= 1;
        else next();
      }
    },
  };
}
