import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { statusOf } from '../../../api/index.ts';
import { SignInRedirect } from '../../../session/sign-in-redirect.tsx';
import { text } from '../../../text/index.ts';
import { Button } from '../../../ui/button.tsx';
import { ErrorNotice } from '../../../ui/notice.tsx';

/** What was asked for once it is there; until then that it loads, or why it did not come and how to try again. */
export function Fetched<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
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
