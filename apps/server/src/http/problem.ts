import { PROBLEMS, type Problem } from '@halfhour/contract';
import { GroupOverloaded } from '@halfhour/kernel';
import type { ApiError } from '@halfhour/platform/api';
import { sqlState } from '@halfhour/platform/postgres';

/** Thrown inside the server to answer with an error of the contract. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(error.code);
    this.error = error;
  }
}

/** Seconds for Retry-After where the error does not say. */
const RETRY_AFTER: Readonly<Record<string, number>> = {
  overloaded: 1,
  unavailable: 5,
  market_moving: 1,
  too_many_requests: 60,
};

/** The RFC 9457 document of an error; extensions never replace the fixed members. */
export function toProblem(error: ApiError, requestId: string): Problem {
  const { code, detail, ...extensions } = error;
  const [status, title, hint] = PROBLEMS[code];
  return {
    ...extensions,
    type: `urn:halfhour:problem:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    hint,
    requestId,
  };
}

/** Seconds that the caller should wait, for the Retry-After header; undefined where waiting does not help. */
export function retryAfterSeconds(error: ApiError): number | undefined {
  const said = error['retryAfterSeconds'];
  return typeof said === 'number' ? said : RETRY_AFTER[error.code];
}

/**
 * The error of the contract for anything that was thrown. `unexpected` is a bug or an outage: it is logged
 * with its stack, and the caller learns nothing of it.
 */
export function classify(thrown: unknown): { readonly error: ApiError; readonly unexpected: boolean } {
  if (thrown instanceof HttpProblem) return expected(thrown.error);
  if (thrown instanceof GroupOverloaded) return expected({ code: 'overloaded' });
  const { code, validation, limit } = thrown as {
    code?: unknown;
    validation?: readonly AjvError[];
    limit?: number;
  };
  if (Array.isArray(validation)) {
    return expected({
      code: 'invalid_request',
      errors: validation.slice(0, MAX_ERRORS).map((each) => toFieldError(each, 'body')),
    });
  }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return expected({ code: 'unsupported_media_type' });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return expected({ code: 'body_too_large', ...(limit === undefined ? {} : { limitBytes: limit }) });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return expected({ code: 'malformed_json' });
    case 'FST_ERR_BAD_URL':
      return expected({ code: 'invalid_request', detail: 'The path is not a valid URL.' });
    default:
  }
  // What the gate of a market that moves says; see the platform's `moves`.
  if (sqlState(thrown) === 'HM001') return expected({ code: 'market_moving' });
  if (sqlState(thrown) === 'HM002') {
    return expected({ code: 'market_moved', movedTo: (thrown as { detail?: string }).detail });
  }
  if (isOutage(thrown)) return { error: { code: 'unavailable' }, unexpected: true };
  return { error: { code: 'internal_error' }, unexpected: true };
}

function expected(error: ApiError): { error: ApiError; unexpected: boolean } {
  return { error, unexpected: false };
}

/** Enough to mend a request; a hostile one cannot ask for thousands. */
export const MAX_ERRORS = 20;

export interface FieldError {
  /** `body.lines.0.quantity` */
  readonly field: string;
  readonly message: string;
}

/** A compiled schema of ajv, as Fastify gives it. */
export interface Validation {
  (value: unknown): unknown;
  readonly errors?: readonly AjvError[] | null;
}

interface AjvError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** @param root what was checked: `body` */
export function toFieldError(error: AjvError, root: string): FieldError {
  const name = error.params['additionalProperty'] ?? error.params['missingProperty'];
  const path = [
    root,
    ...error.instancePath.split('/').slice(1),
    ...(name === undefined ? [] : [String(name)]),
  ];
  const message =
    error.keyword === 'additionalProperties'
      ? 'is not known here'
      : error.keyword === 'required'
        ? 'is required'
        : error.keyword === 'enum'
          ? `must be one of ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`
          : (error.message ?? 'is not valid');
  return { field: path.join('.'), message };
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Whether Postgres cannot be reached or is going away: classes 08 (connection), 57P (shutdown), 53 (out of
 * connections, memory or disk), or the words that pg uses for what has no code.
 */
function isOutage(thrown: unknown): boolean {
  const state = sqlState(thrown);
  // 25006: a standby, which takes writes once it is promoted.
  if (state === '25006') return true;
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P') || state.startsWith('53');
  if (!(thrown instanceof Error)) return false;
  const { code, syscall } = thrown as { code?: string; syscall?: string };
  if (code !== undefined && NETWORK.has(code)) return syscall === 'connect' || code !== 'ENOENT';
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/.test(
    thrown.message,
  );
}
