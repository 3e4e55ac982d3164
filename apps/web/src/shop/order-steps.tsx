import type { Order } from '@halfhour/contract';
import { Check } from 'lucide-react';
import { text } from '../text/index.ts';
import { useShop } from './shop-context.tsx';

/** What has happened, what is happening, and what is still to come. */
export function OrderSteps({ order }: { order: Order }) {
  const { format } = useShop();
  if (order.state === 'cancelled' || order.state === 'pending_payment') return null;
  const steps = [
    { id: 'placed', at: order.placedAt },
    { id: 'accepted', at: order.acceptedAt },
    { id: 'ready', at: order.readyAt },
    { id: 'picked_up', at: order.pickedUpAt },
    { id: 'delivered', at: order.deliveredAt },
  ] as const;
  const next = steps.findIndex(({ at }) => at === undefined);
  return (
    <ol className="border-b-8 border-surface-2 px-4 pb-4" aria-label={text.shop.steps} data-testid="steps">
      {steps.map(({ id, at }, index) => (
        <li
          key={id}
          aria-current={index === next ? 'step' : undefined}
          data-done={at !== undefined}
          className="flex items-center gap-3 py-1.5"
        >
          <span
            aria-hidden
            className={`flex size-6 shrink-0 items-center justify-center rounded-full border-2 ${
              at !== undefined
                ? 'border-accent bg-accent text-on-accent'
                : index === next
                  ? 'border-accent'
                  : 'border-line'
            }`}
          >
            {at !== undefined && <Check className="size-4" strokeWidth={3} />}
          </span>
          <span className={`flex-1 ${at === undefined && index !== next ? 'text-ink-2' : 'font-medium'}`}>
            {text.shop.stepNames[id]}
          </span>
          <span className="text-ink-2 tabular-nums">
            {at !== undefined
              ? format.time(at)
              : id === 'ready' && order.expectedReadyAt !== undefined
                ? text.shop.about(format.time(order.expectedReadyAt))
                : ''}
          </span>
        </li>
      ))}
    </ol>
  );
}
