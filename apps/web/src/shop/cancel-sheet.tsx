import type { Order } from '@halfhour/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { codeOf } from './basket-problem.ts';
import { LARGE, Word } from './parts.tsx';
import { Sheet } from './sheet.tsx';
import { useShop } from './shop-context.tsx';

/** Asks before an order is cancelled. One sheet is one command: trying again sends the same key. */
export function CancelSheet({ order, onClose }: { order: Order; onClose: () => void }) {
  const { market } = useShop();
  const queries = useQueryClient();
  const [key] = useState(newIdempotencyKey);
  const cancel = useMutation({
    mutationFn: () =>
      call('cancelOrder', {
        params: { marketId: market.id, orderId: order.id },
        body: {},
        idempotencyKey: key,
      }),
    onSuccess: (cancelled) => {
      queries.setQueryData(['order', market.id, order.id], cancelled);
      onClose();
    },
  });
  return (
    <Sheet
      title={text.shop.cancelQuestion}
      onClose={onClose}
      foot={
        <div className="space-y-2">
          <Button
            look="danger"
            className={LARGE}
            data-testid="confirm-cancel"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            {text.shop.cancelOrder}
          </Button>
          <Button className={LARGE} onClick={onClose}>
            {text.shop.keepOrder}
          </Button>
        </div>
      }
    >
      <p>{text.shop.cancelHint}</p>
      {cancel.isError && (
        <Word
          tone="bad"
          title={
            codeOf(cancel.error) === 'wrong_state' ? text.shop.tooLateToCancel : wordsFor(cancel.error).title
          }
        />
      )}
    </Sheet>
  );
}
