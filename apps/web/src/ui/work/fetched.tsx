import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { statusOf } from '../../api/index.ts';
import { SignInRedirect } from '../../session/sign-in-redirect.tsx';
import { text } from '../../text/index.ts';
import { Button } from '../button.tsx';
import { ErrorNotice } from '../notice.tsx';
import { Older } from './older.tsx';

interface Asked {
  readonly error: unknown;
  readonly isError: boolean;
  readonly refetch: () => Promise<unknown>;
}

/** What was asked for once it is there; until then that it loads, or why it did not come and how to try again. */
export function Fetched<T>({
  query,
  children,
}: {
  query: Asked & { readonly data: T | undefined };
  children: (data: T) => ReactNode;
}) {
  return query.data === undefined ? <NotThere query={query} /> : children(query.data);
}

/** The same for a list that is asked for by the page, with a button for the next one. */
export function FetchedPages<T>({
  query,
  items,
  children,
}: {
  query: Asked & Parameters<typeof Older>[0]['query'];
  /** Of all pages so far. */
  items: readonly T[] | undefined;
  children: (items: readonly T[]) => ReactNode;
}) {
  if (items === undefined) return <NotThere query={query} />;
  return (
    <>
      {children(items)}
      <Older query={query} />
    </>
  );
}

function NotThere({ query }: { query: Asked }) {
  if (statusOf(query.error) === 401) return <SignInRedirect />;
  if (query.isError) {
    return (
      <ErrorNotice error={query.error}>
        <Button onClick={() => void query.refetch()}>{text.retry}</Button>
      </ErrorNotice>
    );
  }
  return (
    <div role="status" aria-label={text.loading} className="space-y-2">
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <Skeleton key={row} height={32} radius="sm" />
      ))}
    </div>
  );
}
