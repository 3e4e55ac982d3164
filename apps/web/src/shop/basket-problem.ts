import { ProblemError } from '../api/index.ts';

/** A line of the basket that cannot be ordered as it is. */
export interface LineProblem {
  readonly line: number;
  /** How many there are; 0 where it is not sold any more, or its options are not. */
  readonly available: number;
}

/** The lines that an answer refuses, by their place in the basket: sold out, not sold any more, other options. */
export function lineProblems(error: unknown): readonly LineProblem[] {
  if (!(error instanceof ProblemError)) return [];
  const { code, lines } = error.problem;
  if (!['out_of_stock', 'unknown_article', 'invalid_options'].includes(code) || !Array.isArray(lines))
    return [];
  return (lines as { line: number; available?: number }[]).map(({ line, available }) => ({
    line,
    available: Math.max(0, available ?? 0),
  }));
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined;
}
