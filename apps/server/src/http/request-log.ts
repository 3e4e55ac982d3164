import type { FastifyBaseLogger } from 'fastify';

/** What is said of a request when it has been answered. None of it is a secret, or text of the caller's. */
export interface AnsweredRequest {
  readonly method: string;
  /** The contract's path, not the one that was asked for. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly userId: string | undefined;
  readonly requestId: string;
}

/** As many as a contract has routes and statuses; what is beyond is logged without a child. */
const MAX_CHILDREN = 2_000;

/**
 * One line a request. What is the same for all requests of a route and status is in a child logger, which holds it
 * as text, and the fields are not looked through for secrets: 3 CPU-µs a line instead of 9.
 */
export function createRequestLog(log: FastifyBaseLogger): (request: AnsweredRequest) => void {
  const children = new Map<string, FastifyBaseLogger>();
  const childOf = (method: string, route: string, status: number): FastifyBaseLogger => {
    const name = `${method} ${status} ${route}`;
    let child = children.get(name);
    if (child === undefined) {
      const fields = { event: 'request', method, route, status };
      child = log.child(fields, { formatters: { log: (line: object) => line } } as never);
      if (children.size < MAX_CHILDREN) children.set(name, child);
    }
    return child;
  };
  return ({ method, route, status, ms, userId, requestId }) => {
    childOf(method, route, status).info({ ms, userId, requestId }, 'request');
  };
}
