import { createHash } from 'node:crypto';

/** Randomness for secrets: `node:crypto` in the server, a fixed stream in tests. */
export interface SecretSource {
  /** `count` bytes that nobody can guess. */
  bytes(count: number): Buffer;
}

/** Prefixes let people and secret scanners see what a leaked token is. */
const PREFIX = { session: 'hh_ses_', key: 'hh_key_', link: 'hh_lnk_' } as const;

export type TokenKind = keyof typeof PREFIX;

/** 32 random bytes in base64url. */
const BODY = /^[A-Za-z0-9_-]{43}$/;

/** A new token: prefix and 256 random bits. */
export function drawToken(secrets: SecretSource, kind: TokenKind): string {
  return PREFIX[kind] + secrets.bytes(32).toString('base64url');
}

/** What kind of token the text is; undefined for anything that cannot be one, which then needs no look-up. */
export function tokenKind(text: string): TokenKind | undefined {
  for (const kind of Object.keys(PREFIX) as TokenKind[]) {
    if (text.startsWith(PREFIX[kind])) return BODY.test(text.slice(PREFIX[kind].length)) ? kind : undefined;
  }
  return undefined;
}

/** SHA-256 in hex: all that is stored of a token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
