export { type InputOf, call } from './call.ts';
export { newIdempotencyKey } from './idempotency-key.ts';
export { pathOf } from './path-of.ts';
export { ProblemError, Unreachable, statusOf } from './problem-error.ts';
export { createQueryClient } from './query-client.ts';
export { usePages } from './use-pages.ts';
