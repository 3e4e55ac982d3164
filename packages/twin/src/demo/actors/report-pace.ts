import type { Clock, Ticker } from '@halfhour/kernel';

const USUAL_REPORT_MS = 12_000;

/** How often couriers say where they are: every 12 market seconds, unless that is more than the host should bear. */
export interface ReportPace {
  join(): void;
  leave(): void;
  /** Market milliseconds until a courier should report again, at the present speed of the clock. */
  intervalMs(): number;
  /** Whether a courier who last reported at `lastElapsedMs` of the host's time may report now. */
  mayReport(lastElapsedMs: number): boolean;
}

/** @param reportsPerSecond of the host's time, for all who joined together, at any speed of the clock */
export function createReportPace(clock: Clock, ticker: Ticker, reportsPerSecond: number): ReportPace {
  let members = 0;
  let speed = 1;
  let sampledAt = ticker.elapsedMs();
  let sampledNow: number = clock.now();
  const leastHostMs = (): number => (members * 1_000) / reportsPerSecond;
  return {
    join: () => (members += 1),
    leave: () => (members -= 1),
    intervalMs() {
      const elapsed = ticker.elapsedMs() - sampledAt;
      if (elapsed >= 1_000) {
        speed = (clock.now() - sampledNow) / elapsed;
        sampledAt += elapsed;
        sampledNow = clock.now();
      }
      return Math.max(USUAL_REPORT_MS, Math.ceil(leastHostMs() * speed));
    },
    mayReport: (lastElapsedMs) => ticker.elapsedMs() - lastElapsedMs >= leastHostMs(),
  };
}
