import type { BodyOf, Order, RouteOf } from '@halfhour/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call, newIdempotencyKey, ProblemError } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { type Attempt, attemptAt, isUnanswered } from './attempt.ts';
import { MAX_QUANTITY } from './basket.ts';
import { codeOf } from './basket-problem.ts';
import { LARGE, Stepper, Word } from './parts.tsx';
import { Sheet } from './sheet.tsx';
import { nameIn, useShop } from './shop-context.tsx';

/** The total that a refused change would come to; undefined where that is not why it was refused. */
export function newTotalOf(error: unknown): number | undefined {
  if (!(error instanceof ProblemError) || error.problem.code !== 'price_changed') return undefined;
  const quote = error.problem['quote'] as { totalMinor?: unknown } | undefined;
  return typeof quote?.totalMinor === 'number' ? quote.totalMinor : undefined;
}

/** More, fewer or none of what was ordered. A total that rises is shown before it is agreed to. */
export function ChangeLinesSheet({ order, onClose }: { order: Order; onClose: () => void }) {
  const { market, format } = useShop();
  const queries = useQueryClient();
  // As it was when the sheet was opened: lines are named by their place and their article.
  const [before] = useState(order.lines);
  const [wanted, setWanted] = useState(() => before.map(({ quantity }) => quantity));
  const unanswered = useRef<Attempt<BodyOf<RouteOf<'changeOrderLines'>>>>(undefined);
  const quantities = before.flatMap((line, index) =>
    wanted[index] === line.quantity ? [] : [{ line: index, offerId: line.offerId, quantity: wanted[index]! }],
  );
  const change = useMutation({
    mutationFn: (expectedTotalMinor: number | undefined) => {
      unanswered.current = attemptAt(
        unanswered.current,
        JSON.stringify([quantities, expectedTotalMinor]),
        () => ({ quantities, add: [], ...(expectedTotalMinor === undefined ? {} : { expectedTotalMinor }) }),
        newIdempotencyKey,
      );
      const { body, key } = unanswered.current;
      const params = { marketId: market.id, orderId: order.id };
      return call('changeOrderLines', { params, body, idempotencyKey: key });
    },
    onSuccess: (changed) => {
      queries.setQueryData(['order', market.id, order.id], changed);
      void queries.invalidateQueries({ queryKey: ['order', market.id, order.id] });
      onClose();
    },
    onError: (error) => {
      if (!isUnanswered(error)) unanswered.current = undefined;
    },
  });
  const total = newTotalOf(change.error);
  const nothingLeft = wanted.every((quantity) => quantity === 0);
  const code = codeOf(change.error);
  return (
    <Sheet
      title={text.shop.changeOrder}
      onClose={onClose}
      foot={
        <Button
          look="primary"
          className={LARGE}
          data-testid="save-change"
          disabled={quantities.length === 0 || nothingLeft || change.isPending}
          onClick={() => change.mutate(total)}
        >
          {total === undefined ? text.shop.saveChange : text.shop.agreeTo(format.money(total))}
        </Button>
      }
    >
      <ul className="divide-y divide-line">
        {before.map((line, index) => (
          <li key={`${index} ${line.offerId}`} className="flex items-center gap-3 py-2">
            <span className="min-w-0 flex-1">{nameIn(line.names)}</span>
            <Stepper
              value={wanted[index]!}
              least={0}
              most={MAX_QUANTITY}
              label={nameIn(line.names)}
              onChange={(quantity) => {
                change.reset();
                setWanted(wanted.map((was, at) => (at === index ? quantity : was)));
              }}
            />
          </li>
        ))}
      </ul>
      {nothingLeft && <Word tone="watch" title={text.shop.nothingLeft} />}
      {total !== undefined && <Word tone="watch" title={text.shop.newTotal(format.money(total))} />}
      {change.isError && total === undefined && (
        <Word
          tone="bad"
          title={
            code === 'wrong_state'
              ? text.shop.tooLateToChange
              : code === 'out_of_stock'
                ? text.shop.refusals.out_of_stock[0]
                : code === 'payment_declined'
                  ? text.shop.refusals.payment_declined[0]
                  : wordsFor(change.error).title
          }
        />
      )}
    </Sheet>
  );
}
