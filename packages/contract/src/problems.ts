/**
 * Every error the API can answer with: the stable code, its HTTP status, and what the caller can do.
 * The server renders them as RFC 9457 problem documents (`application/problem+json`); the table is
 * exhaustive, so a new code without a row does not compile.
 */
export const PROBLEMS = {
  // The request itself
  malformed_json: [400, 'The body is not valid JSON', 'Send a JSON document encoded as UTF-8.'],
  invalid_request: [
    400,
    'The request does not match the contract',
    'Mend the fields listed in `errors`; /docs shows the shape.',
  ],
  idempotency_key_missing: [
    400,
    'This command needs an Idempotency-Key',
    'Send an Idempotency-Key header of 8 to 64 characters, new for each command and the same on each retry.',
  ],
  body_too_large: [
    413,
    'The body is larger than this route accepts',
    'Send less in one request; the limit in bytes is in `limitBytes`.',
  ],
  unsupported_media_type: [415, 'Only JSON is accepted', 'Send `Content-Type: application/json`.'],
  not_found: [
    404,
    'There is no such resource, or not for you',
    'Check the id and the market in the path, and that you are signed in as someone who may see it.',
  ],
  method_not_allowed: [405, 'This resource has no such method', 'See /docs for the methods of this path.'],
  upgrade_required: [
    426,
    'This is a WebSocket',
    'Connect to it as a WebSocket: GET with `Upgrade: websocket` (RFC 6455).',
  ],
  // Who is asking
  unauthenticated: [
    401,
    'You are not signed in',
    'Sign in with POST /v1/sessions, or send `Authorization: Bearer` with an API key.',
  ],
  forbidden: [403, 'You may not do this', 'Sign in as someone who holds one of the roles in `roles`.'],
  wrong_credentials: [
    401,
    'E-mail or password is wrong',
    'Check both; after ten wrong tries a minute you have to wait.',
  ],
  too_many_requests: [429, 'Too many requests', 'Wait for the seconds in Retry-After, then try again.'],
  overloaded: [
    503,
    'The server has more work than it can take',
    'Nothing was changed. Try again after the seconds in Retry-After with the same Idempotency-Key.',
  ],
  market_moving: [
    503,
    'The market moves to another database',
    'Nothing was changed. Try again after the seconds in Retry-After with the same Idempotency-Key.',
  ],
  market_moved: [
    421,
    'The market is served elsewhere now',
    'Send the same request, with the same Idempotency-Key, to `movedTo`.',
  ],
  internal_error: [
    500,
    'Something went wrong on our side',
    'Try again with the same Idempotency-Key; quote `requestId` if it stays.',
  ],
  unavailable: [
    503,
    'The server cannot reach what it needs',
    'Nothing was changed. Try again in a few seconds with the same Idempotency-Key.',
  ],
  // Commands
  idempotency_key_reused: [
    409,
    'This Idempotency-Key was used with another body',
    'Use a new key for a new command; send the original body to get the original answer.',
  ],
  wrong_state: [
    409,
    'The resource is not in a state in which this can be done',
    'Read it again; `state` says where it is and `allowed` what can be done now.',
  ],
  already_exists: [409, 'It exists already', 'Read the one that exists, or choose another name.'],
  // Ordering
  unknown_article: [
    422,
    'An article of the basket is not sold here',
    'Remove the lines listed in `lines`, or read the offers of this store again.',
  ],
  invalid_options: [
    422,
    'The options chosen do not fit the offer',
    'Choose options within the limits that the offer shows; see `lines`.',
  ],
  store_closed: [409, 'The store is closed now', 'Order from another store, or after `opensAt`.'],
  slot_closed: [
    409,
    'The store takes no orders for this slot',
    'Let the shopper choose one of `next`, or another of GET /v1/markets/{marketId}/stores/{storeId}/slots.',
  ],
  slot_full: [
    409,
    'All places of this slot are taken',
    'Let the shopper choose one of `next`, or another of GET /v1/markets/{marketId}/stores/{storeId}/slots.',
  ],
  outside_zone: [
    422,
    'The store does not deliver to this address',
    'Choose a store from GET /v1/markets/{marketId}/stores with the address as `lat` and `lng`.',
  ],
  price_changed: [
    409,
    'The price is not the one you saw',
    'Show the new amounts in `quote` to the shopper and send the command again with `expectedTotalMinor` from it.',
  ],
  promise_changed: [
    409,
    'It would come later than you saw',
    'Show the new window in `quote` to the shopper and send the command again with `expectedPromise` from it.',
  ],
  delivery_paused: [
    409,
    'Couriers are short, and this address is too far at the moment',
    'Try again in some minutes, choose a slot, or order from a store that is nearer.',
  ],
  below_minimum: [
    422,
    'The basket is below the minimum of the store',
    'Add articles until the items reach `minimumMinor`.',
  ],
  out_of_stock: [
    409,
    'Not enough in stock',
    'Lower the quantities of the lines listed in `lines`, or remove them.',
  ],
  payment_declined: [
    402,
    'The payment was declined',
    'Nothing was charged and the basket is kept with you. Try another payment method.',
  ],
  // Support
  limit_exceeded: [
    403,
    'It is above what you may decide',
    'Give less, or have it decided by somebody with a higher limit; yours are in `limits`.',
  ],
  second_person_needed: [
    409,
    'A second person has to decide this',
    'Somebody else who may approve does so; no further session or key of yours counts as another person.',
  ],
  // Delivery
  courier_off_shift: [409, 'The courier is not on shift', 'Start a shift first.'],
  courier_busy: [409, 'The courier has as many routes as one may have', 'Choose another courier.'],
  point_ahead_of_time: [
    422,
    'The point lies in the future',
    'Set the clock of the device: `at` may be 60 s ahead of the Date header of an answer at most.',
  ],
  not_ready: [
    409,
    'The store has not said that the order is ready',
    'Wait at the store; the live stream of the courier says when it is.',
  ],
  wrong_code: [
    422,
    'The delivery code is wrong',
    'Ask the shopper for the four digits that their order shows.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, hint: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An RFC 9457 problem document. `code` is stable; `title` and `hint` are for people and may change. */
export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly hint: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly [extension: string]: unknown;
}
