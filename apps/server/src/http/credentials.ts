import { fastifyCookie } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'halfhour_session';

/** The longest that browsers keep a cookie; the session itself ends on the server, 14 days after its last use. */
const COOKIE_SECONDS = 400 * 24 * 3_600;

export interface Credentials {
  readonly token: string;
  readonly from: 'cookie' | 'bearer';
}

/** The token that a request carries. A Bearer token goes before the cookie: who sends one means it. */
export function credentialsOf(request: FastifyRequest): Credentials | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    // A header that cannot be read is a credential that nobody has, not the absence of one.
    return { token: token ?? '', from: 'bearer' };
  }
  const { cookie: header } = request.headers;
  if (header === undefined) return undefined;
  const cookie = fastifyCookie.parse(header)[SESSION_COOKIE];
  return cookie === undefined || cookie === '' ? undefined : { token: cookie, from: 'cookie' };
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(SESSION_COOKIE, token, { ...cookieOptions(request), maxAge: COOKIE_SECONDS });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, cookieOptions(request));
}

function cookieOptions(request: FastifyRequest) {
  const secure = request.protocol === 'https' || !isLoopbackName(request.hostname);
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}

/**
 * Whether a browser sends this request on behalf of our own pages. Browsers name the site of the sender in
 * Sec-Fetch-Site, older ones the origin; `unknown` is a client that is no browser, or hides both.
 */
export function requestOrigin(request: FastifyRequest): 'same' | 'foreign' | 'unknown' {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'same' : 'foreign';
  const { origin } = request.headers;
  if (origin === undefined) return 'unknown';
  // The scheme is left out: behind a proxy that ends TLS it is not the one that the browser sees.
  return URL.canParse(origin) && new URL(origin).host === request.host ? 'same' : 'foreign';
}

function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name.replace(/^\[|\]$/g, ''))
  );
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
