import type { financePaths } from '../paths.ts';

/** Where what is typed into the search leads: to an order's postings, an account's statement, or nowhere. */
export function pathOfSearch(typed: string, paths: ReturnType<typeof financePaths>): string | undefined {
  const wanted = typed.trim().toLowerCase();
  if (/^ord_[0-7][0-9a-v]{12}$/.test(wanted)) return paths.order(wanted);
  if (/^[a-z]+:[a-z0-9_:-]+$/.test(wanted)) return paths.account(wanted);
  return undefined;
}
