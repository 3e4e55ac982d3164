import { type FieldError, HttpProblem } from './problem.ts';

/** Deeper than any body of the contract; what follows walks a body by recursion. */
const DEEPEST = 32;

/**
 * Refuses what JSON can say and Postgres cannot keep: the character U+0000 and halves of surrogate pairs. Told
 * here, it is the caller's field to mend; told by Postgres, it would be a failure of ours that splits a whole
 * group of commands to find its one row. Throws HttpProblem.
 */
export function requireStorable(value: unknown, field: string): void {
  // Nearly all are, and need no path to the fault.
  if (isStorable(value, 0)) return;
  const error = findFault(value, field, 0);
  if (error !== undefined) throw new HttpProblem({ code: 'invalid_request', errors: [error] });
}

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === DEEPEST) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  for (const name in value) {
    if (!isStorable((value as Record<string, unknown>)[name], depth + 1)) return false;
  }
  return true;
}

function findFault(value: unknown, field: string, depth: number): FieldError | undefined {
  if (typeof value === 'string') return isStorableText(value) ? undefined : { field, message: UNSTORABLE };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === DEEPEST) return { field: field.slice(0, 200), message: 'is nested too deep' };
  for (const [name, member] of Object.entries(value)) {
    // Of a name that cannot be stored the schema says that it is not known.
    const error = findFault(member, `${field}.${name}`, depth + 1);
    if (error !== undefined) return error;
  }
  return undefined;
}

const UNSTORABLE = 'holds U+0000 or half a surrogate pair';

function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}
