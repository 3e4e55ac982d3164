import type { Order } from '@halfhour/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { codeOf } from './basket-problem.ts';
import { LARGE, Word } from './parts.tsx';
import { useShop } from './shop-context.tsx';

/** While a payment has no answer: the proof that the bank asks for, or that it is waited for. */
export function ChallengePart({ order }: { order: Order }) {
  const { market } = useShop();
  const queries = useQueryClient();
  const params = { marketId: market.id, orderId: order.id };
  const payment = useQuery({
    queryKey: ['order-payment', market.id, order.id],
    queryFn: ({ signal }) => call('getOrderPayment', { params, signal }),
    refetchInterval: 3_000,
  });
  const back = useMutation({
    mutationFn: (testOutcome: 'approve' | 'decline' | undefined) =>
      call('completePaymentChallenge', { params, body: testOutcome === undefined ? {} : { testOutcome } }),
    onSuccess: (after) => queries.setQueryData(['order', market.id, order.id], after),
    onSettled: () => queries.invalidateQueries({ queryKey: ['order', market.id, order.id] }),
  });
  const challenge = payment.data?.challenge;
  if (challenge === undefined) {
    return (
      <div className="px-4 pb-4">
        <Word tone="plain" title={text.shop.paymentWaits} hint={text.shop.paymentWaitsHint} />
      </div>
    );
  }
  const isTest = payment.data?.provider === 'test';
  return (
    <section className="space-y-3 px-4 pb-4" data-testid="challenge">
      <Word
        tone="watch"
        title={text.shop.challengeTitle}
        hint={isTest ? text.shop.challengeTestHint : text.shop.challengeHint}
      />
      {back.isError && (
        <Word
          tone="bad"
          title={
            codeOf(back.error) === 'payment_declined'
              ? text.shop.refusals.payment_declined[0]
              : wordsFor(back.error).title
          }
        />
      )}
      {isTest ? (
        <>
          <Button
            look="primary"
            className={LARGE}
            data-testid="challenge-approve"
            disabled={back.isPending}
            onClick={() => back.mutate('approve')}
          >
            {text.shop.challengeApprove}
          </Button>
          <Button
            className={LARGE}
            data-testid="challenge-decline"
            disabled={back.isPending}
            onClick={() => back.mutate('decline')}
          >
            {text.shop.challengeDecline}
          </Button>
        </>
      ) : (
        <>
          <a
            href={challenge.url}
            className={`flex items-center justify-center bg-accent font-semibold text-on-accent ${LARGE}`}
          >
            {text.shop.challengeGo}
          </a>
          <Button className={LARGE} disabled={back.isPending} onClick={() => back.mutate(undefined)}>
            {text.shop.challengeBack}
          </Button>
        </>
      )}
    </section>
  );
}
