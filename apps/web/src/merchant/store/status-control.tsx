import { SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/index.ts';
import { text } from '../../text/index.ts';
import { wordsFor } from '../../ui/notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useDesk } from '../desk/desk-context.tsx';
import { useStoreParams } from '../store-context.tsx';

const STATUSES = ['open', 'paused', 'closed'] as const;

/** Whether the store takes orders, on every page: a kitchen that is full says so at once. */
export function StatusControl() {
  const { desk, show } = useDesk();
  const params = useStoreParams();
  const t = text.merchant.status;
  const set = useMutation({
    mutationFn: (status: (typeof STATUSES)[number]) => call('setStoreStatus', { params, body: { status } }),
    onSuccess: (store) => show({ type: 'store', store }),
  });
  if (desk === undefined) return null;
  const { store } = desk;
  return (
    <div className="flex items-center gap-2">
      {set.isError && (
        <span role="alert" className="text-late">
          {wordsFor(set.error).title}
        </span>
      )}
      {store.status === 'open' && !store.openNow && <Tag tone="watch">{t.outsideHours}</Tag>}
      <SegmentedControl
        aria-label={t.label}
        data-testid="store-status"
        disabled={set.isPending}
        data={STATUSES.map((value) => ({ value, label: t[value] }))}
        value={store.status}
        onChange={(value) => set.mutate(value)}
      />
    </div>
  );
}
