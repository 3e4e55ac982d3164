import { ProblemError } from '../api/problem-error.ts';

/** One try of a command, as it was sent. */
export interface Attempt<B> {
  /** What the shopper wants; not what was read meanwhile, such as a promise that moves each minute. */
  readonly wish: string;
  readonly body: B;
  readonly key: string;
}

/**
 * What to send: the unanswered try again, with its body and its key, as long as the same is wanted, since it may have been
 * carried out; else a new one.
 */
export function attemptAt<B>(
  unanswered: Attempt<B> | undefined,
  wish: string,
  make: () => B,
  newKey: () => string,
): Attempt<B> {
  return unanswered?.wish === wish ? unanswered : { wish, body: make(), key: newKey() };
}

/** Whether nobody can say if the command was carried out: no answer came, or the server failed on its way. */
export function isUnanswered(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.problem.status >= 500;
}
