import type { AnswerOf, BodyOf, Compensation, ParamsOf, RouteOf, SupportCase } from '@halfhour/contract';
import type { OrderId } from '@halfhour/kernel';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMarket } from '../../ui/market-format.tsx';
import { useState } from 'react';
import { call, newIdempotencyKey, usePages } from '../../api/index.ts';

export type OrderSupport = AnswerOf<RouteOf<'getOrderSupport'>>;
export type Compensate = BodyOf<RouteOf<'compensateOrder'>>;
export type CaseAnswer = BodyOf<RouteOf<'closeCase'>>;

const CASES = 'support-cases';
const COMPENSATIONS = 'support-compensations';
const ORDER = 'support-order';
const PAGE = 50;

/** What shoppers complain of; newest first. */
export function useCases(state: SupportCase['state']) {
  const market = useMarket();
  return usePages([CASES, market.id, state], (cursor, signal) =>
    call('listCases', {
      params: { marketId: market.id },
      query: { state, limit: PAGE, ...cursor },
      signal,
    }),
  );
}

/** What was given or is proposed; newest first. */
export function useCompensations(state: Compensation['state']) {
  const market = useMarket();
  return usePages([COMPENSATIONS, market.id, state], (cursor, signal) =>
    call('listCompensations', {
      params: { marketId: market.id },
      query: { state, limit: PAGE, ...cursor },
      signal,
    }),
  );
}

/** Everything that ever happened to an order. */
export function useOrderSupport(orderId: OrderId) {
  const market = useMarket();
  return useQuery({
    queryKey: [ORDER, market.id, orderId],
    queryFn: ({ signal }) => call('getOrderSupport', { params: { marketId: market.id, orderId }, signal }),
  });
}

/** Sent again, the same wish is the same command; another wish is another. */
function useKeyOf(): (body: unknown) => string {
  const [sent, setSent] = useState({ body: '', key: '' });
  return (body) => {
    const text = JSON.stringify(body);
    if (text === sent.body) return sent.key;
    const key = newIdempotencyKey();
    setSent({ body: text, key });
    return key;
  };
}

export function useCompensate(orderId: OrderId) {
  const market = useMarket();
  const keyOf = useKeyOf();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Compensate) =>
      call('compensateOrder', {
        params: { marketId: market.id, orderId },
        body,
        idempotencyKey: keyOf(body),
      }),
    onSuccess: refresh,
  });
}

export function useCloseCase(caseId: SupportCase['id']) {
  const market = useMarket();
  const keyOf = useKeyOf();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: CaseAnswer) =>
      call('closeCase', {
        params: { marketId: market.id, caseId } as ParamsOf<RouteOf<'closeCase'>>,
        body,
        idempotencyKey: keyOf(body),
      }),
    onSuccess: refresh,
  });
}

/** Gives what somebody else proposed, or turns it down with a reason. */
export function useDecide(compensationId: Compensation['id']) {
  const market = useMarket();
  const keyOf = useKeyOf();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (
      decision: { readonly approve: true } | { readonly approve: false; readonly note: string },
    ) => {
      const sent = {
        params: { marketId: market.id, compensationId } as ParamsOf<RouteOf<'approveCompensation'>>,
        idempotencyKey: keyOf(decision),
      };
      return decision.approve
        ? call('approveCompensation', { ...sent, body: {} })
        : call('rejectCompensation', { ...sent, body: { note: decision.note } });
    },
    onSuccess: refresh,
  });
}

function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all(
      [CASES, COMPENSATIONS, ORDER].map((key) => queries.invalidateQueries({ queryKey: [key] })),
    );
  };
}
