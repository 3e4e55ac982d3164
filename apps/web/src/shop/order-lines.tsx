import type { Order, PricedLine } from '@halfhour/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { codeOf } from './basket-problem.ts';
import { newTotalOf } from './change-lines-sheet.tsx';
import { Word } from './parts.tsx';
import { nameIn, useShop } from './shop-context.tsx';

/** What was ordered, and what the store proposes instead where it lacks something. */
export function OrderLines({ order }: { order: Order }) {
  const { format } = useShop();
  return (
    <ul className="-my-2 divide-y divide-line">
      {order.lines.map((line, index) => (
        <li key={`${index} ${line.offerId}`} className="space-y-2 py-2" data-testid="order-line">
          <div className="flex gap-3">
            <span className="w-8 shrink-0 font-semibold tabular-nums">{text.shop.times(line.quantity)}</span>
            <span className="min-w-0 flex-1">
              {nameIn(line.names)}
              {line.options.length > 0 && (
                <span className="block text-ink-2">
                  {line.options.map(({ names }) => nameIn(names)).join(', ')}
                </span>
              )}
            </span>
            <span className="tabular-nums">{format.money(line.totalMinor)}</span>
          </div>
          {line.proposed !== undefined && (
            <Proposal order={order} line={line} index={index} proposed={line.proposed} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Proposal({
  order,
  line,
  index,
  proposed,
}: {
  order: Order;
  line: PricedLine;
  index: number;
  proposed: NonNullable<PricedLine['proposed']>;
}) {
  const { market, format } = useShop();
  const queries = useQueryClient();
  /** The same answer is the same command, however often it is sent. */
  const [keys] = useState(() => ({
    yes: newIdempotencyKey(),
    no: newIdempotencyKey(),
    raised: newIdempotencyKey(),
  }));
  const answer = useMutation({
    mutationFn: ({ approve, total }: { approve: boolean; total?: number | undefined }) =>
      call('answerSubstitution', {
        params: { marketId: market.id, orderId: order.id },
        body: {
          line: index,
          offerId: line.offerId,
          proposedOfferId: proposed.offerId,
          approve,
          ...(total === undefined ? {} : { expectedTotalMinor: total }),
        },
        idempotencyKey: total !== undefined ? `${keys.raised}${total}` : approve ? keys.yes : keys.no,
      }),
    onSuccess: (changed) => queries.setQueryData(['order', market.id, order.id], changed),
  });
  const total = newTotalOf(answer.error);
  return (
    <Word
      tone="watch"
      testId="proposal"
      title={text.shop.proposed(nameIn(proposed.names), format.money(proposed.totalMinor))}
      hint={
        total !== undefined
          ? text.shop.newTotal(format.money(total))
          : answer.isError && codeOf(answer.error) !== 'price_changed'
            ? wordsFor(answer.error).title
            : text.shop.proposedHint
      }
    >
      <div className="flex gap-2">
        <Button
          look="primary"
          disabled={answer.isPending}
          onClick={() => answer.mutate({ approve: true, total })}
        >
          {text.shop.takeIt}
        </Button>
        <Button disabled={answer.isPending} onClick={() => answer.mutate({ approve: false })}>
          {text.shop.doWithout}
        </Button>
      </div>
    </Word>
  );
}
