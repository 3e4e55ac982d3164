import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type BodyOf, type RouteName, type RouteOf, ROUTES } from '@halfhour/contract';
import { type Identity, type SignedIn, toUser } from '@halfhour/platform/identity';
import { type Gate, routeOptions } from './contract-route.ts';
import { clearSessionCookie, credentialsOf, setSessionCookie } from './credentials.ts';
import { HttpProblem } from './problem.ts';

/** Routes of the contract that the server answers itself: they set cookies and look at addresses. */
export type SessionRoute = 'createSession' | 'createUser' | 'deleteSession';

export const SESSION_ROUTES: ReadonlySet<RouteName> = new Set<RouteName>([
  'createSession',
  'createUser',
  'deleteSession',
] satisfies SessionRoute[]);

/** What the server needs of identity. */
export type SessionKeeper = Pick<
  Identity,
  'authenticate' | 'signIn' | 'signUp' | 'signOut' | 'consumeSignInLink'
>;

export interface SignInLimits {
  /** A minute and address, whatever the e-mail: against trying many e-mails with one password. */
  readonly signInsPerMinute: number;
  readonly signUpsPerMinute: number;
}

export function bindSessionRoutes(
  app: FastifyInstance,
  identity: SessionKeeper,
  gate: Gate,
  limits: SignInLimits,
): void {
  const signIn = routeOptions(ROUTES.createSession, gate);
  app.route({
    ...signIn,
    config: { ...signIn.config, rateLimit: { max: limits.signInsPerMinute, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const { email, password } = request.body as BodyOf<RouteOf<'createSession'>>;
      const result = await identity.signIn({ email, password, address: request.ip });
      if (!result.ok) throw new HttpProblem(result.error);
      return begin(request, reply, result.value);
    },
  });

  const signUp = routeOptions(ROUTES.createUser, gate);
  app.route({
    ...signUp,
    config: { ...signUp.config, rateLimit: { max: limits.signUpsPerMinute, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const result = await identity.signUp(request.body as BodyOf<RouteOf<'createUser'>>);
      if (!result.ok) throw new HttpProblem(result.error);
      return begin(request, reply, result.value);
    },
  });

  app.route({
    ...routeOptions(ROUTES.deleteSession, gate),
    handler: async (request, reply) => {
      const credentials = credentialsOf(request);
      if (credentials !== undefined) await identity.signOut(credentials.token);
      clearSessionCookie(request, reply);
      return reply.code(204).send();
    },
  });
}

function begin(request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): FastifyReply {
  setSessionCookie(request, reply, signedIn.token);
  return reply.code(201).send({ token: signedIn.token, user: toUser(signedIn.user) });
}

/**
 * `GET /?signin=TOKEN`: signs in once and goes on to the page without the token. HEAD uses nothing up, so
 * that a preview of the link does not spend it.
 */
export async function answerSignInLink(
  identity: SessionKeeper,
  token: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  if (request.method === 'HEAD') return reply.code(204).send();
  const signedIn = await identity.consumeSignInLink(token);
  if (signedIn === undefined) return reply.code(410).type('text/html; charset=utf-8').send(USED_LINK);
  setSessionCookie(request, reply, signedIn.token);
  return reply.redirect('/', 303);
}

const USED_LINK = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Halfhour</title>
<body style="font: 1.1rem/1.5 system-ui; max-width: 36rem; margin: 15vh auto; padding: 0 1rem">
<h1>This link no longer signs in</h1>
<p>A sign-in link works once and for a day. Ask for another where you got this one, or
<a href="/">go on without it</a>.</p>
`;
