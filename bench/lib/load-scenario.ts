import type { HttpAnswer, LoadRequest } from './http-connection.ts';

/** What the generator offers to a scenario. */
export interface ScenarioContext {
  /** Goes on with a session that answered `wait`. */
  wake(session: number): void;
  /** Tells the process that started the load; see `LoadGenerator.onMessage`. */
  tell(message: unknown): void;
}

/**
 * What the virtual users do. A session is one pass through the script, by whoever acts in it; it is known by a
 * small number, which the next session gets when it has ended.
 */
export interface Scenario {
  begin(session: number): void;
  /** The next request; `wait` until `wake`; `end` when the session is done, `failed` when it cannot go on. */
  next(session: number): LoadRequest | 'wait' | 'end' | 'failed';
  answered(session: number, answer: HttpAnswer): void;
  /** A message of the process that started the load. */
  hear?(message: unknown): void;
  /** Before the report, for what is left to tell. */
  finish?(): void;
}

/** A scenario module exports this as `createScenario`. Parameters are JSON. */
export type CreateScenario = (parameters: never, context: ScenarioContext) => Scenario;

/** How a phase of load is driven. */
export interface LoadPlan {
  /**
   * `closed`: so many sessions at any time, the next begins when one ends. `open`: so many begin a second whatever
   * the server does; latency counts from when a request should have been sent, not from when it could be.
   */
  readonly arrivals:
    | { readonly kind: 'closed'; readonly sessions: number }
    | { readonly kind: 'open'; readonly perSecond: number };
  readonly connections: number;
  /** Not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** How long sessions may take to end after that. */
  readonly patienceSeconds: number;
}

export interface Percentiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What happened between the end of the warm-up and the end of the phase. */
export interface LoadReport {
  readonly seconds: number;
  readonly sessionsEnded: number;
  readonly sessionsFailed: number;
  readonly requests: number;
  /** How many answers of each status, over the whole phase. */
  readonly statuses: Readonly<Record<string, number>>;
  /** 429 and 503 that do not say when to come back, over the whole phase. */
  readonly withoutRetryAfter: number;
  /** Connections that ended while an answer was waited for, over the whole phase. */
  readonly broken: number;
  /** Requests that had no answer when patience ended. */
  readonly unanswered: number;
  /** Of answered requests by kind, `2xx` and others apart: `place`, `place refused`. */
  readonly latency: Readonly<Record<string, Percentiles>>;
  /** Of this process. */
  readonly generatorCpuMicros: number;
}

export type ToGenerator =
  | { readonly type: 'run'; readonly plan: LoadPlan; readonly scenario: string; readonly parameters: unknown }
  | { readonly type: 'message'; readonly message: unknown };

export type FromGenerator =
  | { readonly type: 'ready' }
  | { readonly type: 'counting' }
  | { readonly type: 'counted' }
  | { readonly type: 'report'; readonly report: LoadReport }
  | { readonly type: 'message'; readonly message: unknown };
