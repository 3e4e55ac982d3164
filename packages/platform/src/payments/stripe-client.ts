/** What is needed of `fetch`: the network as an argument. */
export type Send = (
  url: string,
  request: {
    readonly method: 'GET' | 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; json(): Promise<unknown> }>;

/** What Stripe said no to. `code` and `message` are its own words. */
export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type StripeObject = Readonly<Record<string, unknown>>;

export interface StripeClient {
  get(
    path: string,
    query: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<StripeObject>;
  /** `key` makes a repeat of the same request act once (https://docs.stripe.com/api/idempotent_requests). */
  post(
    path: string,
    body: Readonly<Record<string, string | number>>,
    key: string,
    signal: AbortSignal,
  ): Promise<StripeObject>;
}

const BASE = 'https://api.stripe.com';
/** The shapes that are read and recorded in tests are those of this version. */
const VERSION = '2025-03-31.basil';

/**
 * Stripe's API over HTTP: form-encoded requests, JSON answers. Throws StripeRefusal for what it says no to (400, 402, 404),
 * and an Error for all else (keys that are wrong, too many requests, a server that fails), which may be asked again. No
 * error text holds the key.
 */
export function createStripeClient(secretKey: string, send: Send): StripeClient {
  async function request(
    method: 'GET' | 'POST',
    path: string,
    parameters: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
    key?: string,
  ): Promise<StripeObject> {
    const form = new URLSearchParams(
      Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const isGet = method === 'GET';
    const response = await send(`${BASE}${path}${isGet && form !== '' ? `?${form}` : ''}`, {
      method,
      headers: {
        authorization: `Bearer ${secretKey}`,
        'stripe-version': VERSION,
        ...(isGet ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(isGet ? {} : { body: form }),
      signal,
    });
    const answer = (await response.json()) as StripeObject;
    if (response.status < 300) return answer;
    const error = (answer['error'] ?? {}) as StripeObject;
    const told = String(error['message'] ?? 'Stripe said no.');
    const code = String(error['decline_code'] ?? error['code'] ?? error['type'] ?? 'unknown');
    if ([400, 402, 404].includes(response.status)) throw new StripeRefusal(response.status, code, told);
    throw new Error(`Stripe answered ${response.status} (${code})`);
  }
  return {
    get: (path, query, signal) => request('GET', path, query, signal),
    post: (path, body, key, signal) => request('POST', path, body, signal, key),
  };
}
