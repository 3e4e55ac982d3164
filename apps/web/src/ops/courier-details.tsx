import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { DetailsHeader, Facts, Section } from './details.tsx';
import { useCourier } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';
import { OrdersOf } from './orders-of.tsx';

export function CourierDetails({ id }: { id: string }) {
  const courier = useCourier(id);
  const format = useFormat();
  return (
    <article data-testid="courier-details" className="flex min-h-0 flex-1 flex-col">
      <DetailsHeader title={courier?.name ?? text.order.courier} />
      {courier === undefined ? (
        <Notice icon="empty" title={text.noneMatch} />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <Facts
            rows={[
              [text.courier.status, text.courierStatus[courier.status]],
              [text.courier.carrying, text.courier.load(courier.load)],
              [text.courier.vehicle, text.vehicle[courier.vehicle]],
              courier.shiftEndsAt !== undefined && [text.courier.shiftEnds, format.time(courier.shiftEndsAt)],
              courier.positionAt !== undefined && [
                text.courier.seen,
                format.timeWithSeconds(courier.positionAt),
              ],
            ]}
          />
          <Section title={text.store.openOrders}>
            <OrdersOf owns={(order) => order.courierId === id} />
          </Section>
        </div>
      )}
    </article>
  );
}
