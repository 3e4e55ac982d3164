import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { type Result, err, ok } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { SecretSource } from './token.ts';

/**
 * scrypt (RFC 7914) with N=2^15, r=8, p=3: one of the equal settings of the OWASP password storage cheat
 * sheet, the one that takes 32 MB rather than 128. About a quarter of a second on one core.
 */
const LOG2_N = 15;
const BLOCK_SIZE = 8;
const PARALLEL = 3;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashing runs on libuv's four threads, which files and DNS need too. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 40;

export interface PasswordHasher {
  /** A PHC string: `$scrypt$ln=15,r=8,p=3$salt$hash`. */
  hash(password: string): Promise<Result<string, ApiError>>;
  /** Takes as long for a user who is unknown or has no password (`stored` undefined), and is then false. */
  verify(password: string, stored: string | undefined): Promise<Result<boolean, ApiError>>;
}

/** Hashes at most two passwords at a time; with forty waiting, others are told to come back (`overloaded`). */
export function createPasswordHasher(secrets: SecretSource): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<T>(run: () => Promise<T>): Promise<Result<T, ApiError>> {
    if (running >= MAX_AT_ONCE) {
      if (waiting.length >= MAX_WAITING) return err({ code: 'overloaded' });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return ok(await run());
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => hashPassword(password, secrets)),
    verify: (password, stored) =>
      inTurn(async () => {
        const parsed = stored === undefined ? undefined : parsePhc(stored);
        const salt = parsed?.salt ?? Buffer.alloc(SALT_BYTES);
        const expected = parsed?.hash ?? Buffer.alloc(HASH_BYTES);
        const actual = await derive(password, salt, parsed?.options ?? OPTIONS, expected.length);
        return timingSafeEqual(actual, expected) && parsed !== undefined;
      }),
  };
}

/** The PHC string of a password, without waiting for a turn: for seeding. */
export async function hashPassword(password: string, secrets: SecretSource): Promise<string> {
  const salt = secrets.bytes(SALT_BYTES);
  const hash = await derive(password, salt, OPTIONS, HASH_BYTES);
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=${LOG2_N},r=${BLOCK_SIZE},p=${PARALLEL}$${base64(salt)}$${base64(hash)}`;
}

function scryptOptions(log2N: number, r: number, p: number): ScryptOptions {
  return { N: 2 ** log2N, r, p, maxmem: 256 * 2 ** log2N * r };
}

const OPTIONS = scryptOptions(LOG2_N, BLOCK_SIZE, PARALLEL);

function derive(password: string, salt: Buffer, options: ScryptOptions, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Two ways to type one letter are one password.
    scrypt(password.normalize('NFC'), salt, bytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function parsePhc(text: string): { options: ScryptOptions; salt: Buffer; hash: Buffer } | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    text,
  );
  if (match === null) return undefined;
  return {
    options: scryptOptions(Number(match[1]), Number(match[2]), Number(match[3])),
    salt: Buffer.from(match[4]!, 'base64'),
    hash: Buffer.from(match[5]!, 'base64'),
  };
}
