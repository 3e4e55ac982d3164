import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A figure that is read when metrics are asked for, such as how many commands wait. */
export interface GaugeSource {
  /** Prometheus style with the unit last: `halfhour_placement_queue_commands`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Called once a scrape. */
  read(): readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

export interface Metrics {
  observeRequest(route: string, method: string, status: number, seconds: number): void;
  /** Prometheus text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(gauges: readonly GaugeSource[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  for (const source of gauges) {
    registry.registerMetric(
      new Gauge({
        name: source.name,
        help: source.help,
        labelNames: [...(source.labelNames ?? [])],
        registers: [],
        collect() {
          this.reset();
          for (const { labels, value } of source.read()) this.set({ ...labels }, value);
        },
      }),
    );
  }
  return {
    observeRequest(route, method, status, seconds) {
      requests.observe({ route, method, status }, seconds);
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
