import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate } from './contract-route.ts';
import { credentialsOf, isLoopbackAddress } from './credentials.ts';
import type { Metrics } from './metrics.ts';
import { HttpProblem } from './problem.ts';

/** What must hold for the server to take work, by name, such as `postgres`. Throwing counts as not holding. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<boolean>>>;

export interface Operations {
  readonly checks: ReadinessChecks;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly trustsProxy: boolean;
}

/** `/health/live`, `/health/ready`, `/metrics`: for those who run the server. */
export function bindOperations(app: FastifyInstance, operations: Operations): void {
  app.get('/health/live', { config: { route: '/health/live' } }, () => ({ status: 'live' }));

  app.get('/health/ready', { config: { route: '/health/ready' } }, async (_request, reply) => {
    const names = Object.keys(operations.checks);
    const held = await Promise.all(
      names.map((name) =>
        operations.checks[name]!().catch((error: unknown) => {
          app.log.warn({ event: 'not_ready', check: name, err: error }, 'readiness check failed');
          return false;
        }),
      ),
    );
    const ready = held.every(Boolean);
    reply.code(ready ? 200 : 503);
    return {
      status: ready ? 'ready' : 'not_ready',
      checks: Object.fromEntries(names.map((name, index) => [name, held[index]])),
    };
  });

  app.get('/metrics', { config: { route: '/metrics' } }, async (request, reply) => {
    if (!isLocal(request, operations.trustsProxy)) await requireOperator(request, operations.authenticate);
    return reply.type(operations.metrics.contentType).send(await operations.metrics.render());
  });
}

/** From this machine itself, and not by a proxy on it that nobody told us of. */
function isLocal(request: FastifyRequest, trustsProxy: boolean): boolean {
  const forwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  return isLoopbackAddress(request.ip) && (trustsProxy || !forwarded);
}

async function requireOperator(request: FastifyRequest, authenticate: Authenticate): Promise<void> {
  const credentials = credentialsOf(request);
  const caller = credentials === undefined ? undefined : await authenticate(credentials.token);
  if (caller === undefined) throw new HttpProblem({ code: 'unauthenticated' });
  if (!caller.grants.some(({ role }) => role === 'operator' || role === 'admin')) {
    throw new HttpProblem({ code: 'forbidden', roles: ['operator', 'admin'] });
  }
}
