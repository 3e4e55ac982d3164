import type { Problem } from '@halfhour/contract';

/** The server answered with a problem document. Its `title` and `hint` are meant for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.title}`);
    this.problem = problem;
  }
}

/** No answer came: offline, the server is down, or it took too long. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly timedOut: boolean;

  constructor(timedOut: boolean, options?: ErrorOptions) {
    super(timedOut ? 'the server took too long to answer' : 'the server could not be reached', options);
    this.timedOut = timedOut;
  }
}

/** The HTTP status of a problem, undefined for anything else. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ProblemError ? error.problem.status : undefined;
}
