import type { Tariff, TariffTerms } from '@halfhour/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

const LIST = 'tariffs';

/** Newest version first. */
export function useTariffs() {
  const { market } = useFinance();
  return usePages([LIST, market.id], (cursor, signal) =>
    call('listTariffs', {
      params: { marketId: market.id },
      query: { limit: 50, ...cursor },
      signal,
    }),
  );
}

/** The tariff that is in force now, which another one begins from, and the market's time. */
export function useTariffBase() {
  const { market } = useFinance();
  const params = { marketId: market.id };
  return useQuery({
    queryKey: ['tariff-base', market.id],
    // A form that is being filled in must not be given another base.
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const [tariff, clock] = await Promise.all([
        call('getTariffInForce', { params, signal }),
        call('getClock', { params, signal }),
      ]);
      return { tariff, now: clock.now };
    },
  });
}

/** What a draft would have made of last week's orders; the answer is to be thrown away when the draft changes. */
export function usePreview() {
  const { market } = useFinance();
  return useMutation({
    mutationFn: (terms: TariffTerms) =>
      call('previewTariff', { params: { marketId: market.id }, body: { terms } }),
  });
}

/** Makes a tariff. One draft is one command: trying again sends the same key, until `renew` after a change. */
export function useCreateTariff() {
  const { market } = useFinance();
  const queries = useQueryClient();
  const [key, setKey] = useState(newIdempotencyKey);
  const create = useMutation({
    mutationFn: (draft: { startsAt: string; note?: string; terms: TariffTerms }) =>
      call('createTariff', { params: { marketId: market.id }, body: draft, idempotencyKey: key }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [LIST] }),
  });
  return { create, renew: () => setKey(newIdempotencyKey()) };
}

export function useWithdraw() {
  const { market } = useFinance();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version }: Tariff) =>
      call('withdrawTariff', { params: { marketId: market.id, tariffVersion: version } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [LIST] }),
  });
}
