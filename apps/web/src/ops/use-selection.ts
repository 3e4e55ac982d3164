import { useCallback } from 'react';
import { useSearchParams } from 'wouter';
import { type Selection, selectionOf } from './selection.ts';

/** What is selected, kept as `?show=ord_…` in the address bar. */
export function useSelection(): [Selection | undefined, (id: string | undefined) => void] {
  const [search, setSearch] = useSearchParams();
  const selection = selectionOf(search.get('show'));
  const select = useCallback(
    (id: string | undefined) =>
      setSearch((before) => {
        const next = new URLSearchParams(before);
        if (id === undefined) next.delete('show');
        else next.set('show', id);
        return next;
      }),
    [setSearch],
  );
  return [selection, select];
}
