import type { BodyOf, RouteOf } from '@halfhour/contract';
import { useMutation } from '@tanstack/react-query';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Notice, wordsFor } from '../ui/notice.tsx';
import { DetailsHeader, Facts, Section } from './details.tsx';
import { useLive, useLiveStore, useStore } from './live-context.tsx';
import { OrdersOf } from './orders-of.tsx';

type StoreStatus = BodyOf<RouteOf<'setStoreStatus'>>['status'];
const STATUSES: readonly StoreStatus[] = ['open', 'paused', 'closed'];

export function StoreDetails({ id }: { id: string }) {
  const store = useStore(id);
  const marketId = useLive((state) => state.market.id);
  const live = useLiveStore();
  const change = useMutation({
    mutationFn: (status: StoreStatus) =>
      call('setStoreStatus', { params: { marketId, storeId: store!.id }, body: { status } }),
    onSuccess: ({ id, status, openNow }) => live.apply({ type: 'store', store: { id, status, openNow } }),
  });
  if (store === undefined) {
    return (
      <article className="flex min-h-0 flex-1 flex-col">
        <DetailsHeader title={text.order.store} />
        <Notice icon="empty" title={text.noneMatch} />
      </article>
    );
  }
  const current = change.isPending ? change.variables : store.status;
  return (
    <article data-testid="store-details" className="flex min-h-0 flex-1 flex-col">
      <DetailsHeader title={store.name} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Facts
          rows={[
            [text.store.kind, text.storeKind[store.kind]],
            [text.order.address, store.address.label],
            store.status === 'open' && !store.openNow && [text.store.status, text.storeOutsideHours],
          ]}
        />
        <Section title={text.store.setStatus}>
          <div
            role="radiogroup"
            aria-label={text.store.setStatus}
            className="flex rounded-md bg-surface-3 p-0.5"
          >
            {STATUSES.map((status) => (
              <button
                key={status}
                type="button"
                role="radio"
                aria-checked={current === status}
                disabled={change.isPending}
                onClick={() => status !== current && change.mutate(status)}
                className={`h-9 flex-1 rounded text-sm font-medium ${current === status ? 'bg-surface shadow-sm' : 'text-ink-2 hover:text-ink'}`}
              >
                {text.storeStatus[status]}
              </button>
            ))}
          </div>
          {change.isError && (
            <p role="alert" className="mt-2 text-late">
              {wordsFor(change.error).title}. {wordsFor(change.error).hint}
            </p>
          )}
        </Section>
        <Section title={text.store.openOrders}>
          <OrdersOf owns={(order) => order.storeId === id} />
        </Section>
      </div>
    </article>
  );
}
