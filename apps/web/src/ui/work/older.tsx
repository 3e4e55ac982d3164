import { Button } from '@mantine/core';
import { text } from '../../text/index.ts';

/** Below a list that has more pages. */
export function Older({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}) {
  if (!query.hasNextPage) return null;
  return (
    <div className="flex justify-center">
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {text.finance.older}
      </Button>
    </div>
  );
}
