import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** A list by the page: its query, with a way to the next page, and what is loaded so far. */
export function usePages<T>(
  queryKey: readonly unknown[],
  load: (cursor: { readonly cursor?: string }, signal: AbortSignal) => Promise<Page<T>>,
) {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => load(pageParam === undefined ? {} : { cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { query, items };
}
