import { createHash } from 'node:crypto';

/** 8 to 64 visible characters of ASCII. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,64}$/;

/**
 * SHA-256 in hex over method, path and body, so that a key that comes again with something else is told
 * from a retry. Members are sorted: a client that writes them in another order has sent the same. The body
 * is taken as it came, before defaults, so that a retry across an upgrade stays the same.
 */
export function hashCommand(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest('hex');
}

/** JSON with the members of each object in code unit order (as RFC 8785 sorts them). */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson((value as Record<string, unknown>)[name])}`);
  return `{${members.join(',')}}`;
}
