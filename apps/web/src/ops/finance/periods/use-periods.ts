import { type AnswerOf, type BodyOf, type RouteOf } from '@halfhour/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

export type PeriodClose = AnswerOf<RouteOf<'listPeriodCloses'>>['items'][number];

export function usePeriods() {
  const { market } = useFinance();
  return usePages(['period-closes', market.id], (cursor, signal) =>
    call('listPeriodCloses', {
      params: { marketId: market.id },
      query: { limit: 50, ...cursor },
      signal,
    }),
  );
}

/** Closes days for good. The key is new when the wish is, so that a retry closes once. */
export function useClosePeriod() {
  const { market } = useFinance();
  const queries = useQueryClient();
  const [key, setKey] = useState(newIdempotencyKey);
  const renew = (): void => setKey(newIdempotencyKey());
  const close = async (body: BodyOf<RouteOf<'closePeriod'>>): Promise<void> => {
    await call('closePeriod', {
      params: { marketId: market.id },
      body,
      idempotencyKey: key,
    });
    renew();
    await queries.invalidateQueries({ queryKey: ['period-closes'] });
  };
  return { close, renew };
}

/** Posts a correction. The key is new when the draft is, so that a retry posts once. */
export function useCorrection() {
  const { market } = useFinance();
  const queries = useQueryClient();
  const [key, setKey] = useState(newIdempotencyKey);
  const post = useMutation({
    mutationFn: (body: BodyOf<RouteOf<'postLedgerCorrection'>>) =>
      call('postLedgerCorrection', { params: { marketId: market.id }, body, idempotencyKey: key }),
    onSuccess: () => {
      setKey(newIdempotencyKey());
      return queries.invalidateQueries();
    },
  });
  return {
    post,
    renew: (): void => {
      setKey(newIdempotencyKey());
      post.reset();
    },
  };
}
