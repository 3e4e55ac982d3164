import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BodyOf, ParamsOf, PaymentException, RouteOf } from '@halfhour/contract';
import { call, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

type ExceptionId = ParamsOf<RouteOf<'getPaymentException'>>['paymentExceptionId'];
export type Resolution = BodyOf<RouteOf<'resolvePaymentException'>>['resolution'];

const LISTS = 'payment-exceptions';
const ONE = 'payment-exception';
const ATTENTION = 'payment-attention';

/** What was found and is open, or was resolved; newest first. */
export function useExceptions(state: PaymentException['state']) {
  const { market } = useFinance();
  return usePages([LISTS, market.id, state], (cursor, signal) =>
    call('listPaymentExceptions', {
      params: { marketId: market.id },
      query: { state, limit: 50, ...cursor },
      signal,
    }),
  );
}

export function useException(id: string) {
  const { market } = useFinance();
  return useQuery({
    queryKey: [ONE, market.id, id],
    queryFn: ({ signal }) =>
      call('getPaymentException', {
        params: { marketId: market.id, paymentExceptionId: id as ExceptionId },
        signal,
      }),
  });
}

export function useAttention() {
  const { market } = useFinance();
  return useQuery({
    queryKey: [ATTENTION, market.id],
    queryFn: async ({ signal }) =>
      (await call('listPaymentAttention', { params: { marketId: market.id }, signal })).items,
  });
}

/** Ends an exception with a reason; the same resolution again answers the same. */
export function useResolve(id: string) {
  const { market } = useFinance();
  const keep = useKeep(id);
  return useMutation({
    mutationFn: (body: { resolution: Resolution; reason: string }) =>
      call('resolvePaymentException', {
        params: { marketId: market.id, paymentExceptionId: id as ExceptionId },
        body,
      }),
    onSuccess: keep,
  });
}

/** Asks the provider once more what it has. */
export function useRecheck(id: string) {
  const { market } = useFinance();
  const keep = useKeep(id);
  return useMutation({
    mutationFn: () =>
      call('recheckPaymentException', {
        params: { marketId: market.id, paymentExceptionId: id as ExceptionId },
      }),
    onSuccess: keep,
  });
}

function useKeep(id: string): (exception: PaymentException) => Promise<void> {
  const { market } = useFinance();
  const queries = useQueryClient();
  return async (exception) => {
    queries.setQueryData([ONE, market.id, id], exception);
    await Promise.all([LISTS, ATTENTION].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  };
}
