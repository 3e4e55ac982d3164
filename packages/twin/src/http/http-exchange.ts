import { PROBLEMS, ROUTES, type Problem, type RouteContract, type RouteName } from '@halfhour/contract';
import type { Ticker } from '@halfhour/kernel';

export interface CallParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Fills a path template of the contract and appends the query; absent query values are left out. */
export function urlOf(baseUrl: string, name: RouteName, parts: CallParts): string {
  const path = ROUTES[name].path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = parts.params?.[key];
    if (value === undefined) throw new TypeError(`${name} needs the path parameter ${key}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parts.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  const text = query.toString();
  return baseUrl + path + (text === '' ? '' : `?${text}`);
}

export function contractOf(name: RouteName): RouteContract {
  return ROUTES[name];
}

/** Reads a problem document; an answer that is none (a proxy's page) becomes one with the nearest code. */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.includes('json')) {
    try {
      const problem = JSON.parse(text) as Partial<Problem> | null;
      if (problem?.code !== undefined && problem.code in PROBLEMS) return problem as Problem;
    } catch {
      // Falls through: a truncated document is told as one of unknown content.
    }
  }
  const code =
    response.status === 503
      ? 'unavailable'
      : response.status === 429
        ? 'too_many_requests'
        : 'internal_error';
  const [status, title, hint] = PROBLEMS[code];
  return {
    type: 'about:blank',
    status,
    code,
    title,
    hint,
    detail: `status ${response.status}: ${text.slice(0, 200)}`,
  };
}

/** Milliseconds of a Retry-After header in seconds, at most a minute. */
export function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1_000 : 0;
}

/** A signal that aborts with `outer`, or when it is not rearmed for `milliseconds` of the host's time. */
export function deadline(
  ticker: Ticker,
  milliseconds: number,
  outer: AbortSignal | undefined,
): { readonly signal: AbortSignal; rearm(): void; clear(): void } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  const arm = (): (() => void) =>
    ticker.after(milliseconds, () => controller.abort(new Error(`no answer within ${milliseconds} ms`)));
  let cancel = arm();
  return {
    signal: controller.signal,
    rearm() {
      cancel();
      cancel = arm();
    },
    clear() {
      cancel();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}
