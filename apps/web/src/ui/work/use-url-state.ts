import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** Part of what a page shows, kept in the address bar: shared with it, and undone by the back button. */
export function useUrlState(name: string): [string | undefined, (value: string | undefined) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string | undefined) =>
      setSearch((before) => {
        const next = new URLSearchParams(before);
        if (value === undefined || value === '') next.delete(name);
        else next.set(name, value);
        return next;
      }),
    [name, setSearch],
  );
  return [search.get(name) ?? undefined, set];
}
