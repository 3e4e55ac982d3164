import type { AnswerOf, BodyOf, ParamsOf, RouteOf } from '@halfhour/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

export type SettlementRun = AnswerOf<RouteOf<'getSettlementRun'>>;
export type Settlement = AnswerOf<RouteOf<'getSettlement'>>;
export type SettlementLine = AnswerOf<RouteOf<'listSettlementLines'>>['items'][number];
export type Payout = AnswerOf<RouteOf<'listPayouts'>>['items'][number];
export type Payees = BodyOf<RouteOf<'startSettlementRun'>>['payees'];
type RunId = ParamsOf<RouteOf<'getSettlementRun'>>['runId'];
type SettlementId = ParamsOf<RouteOf<'getSettlement'>>['settlementId'];

const KEY = 'settlements';

export function useRuns() {
  const { market } = useFinance();
  const params = { marketId: market.id };
  return usePages([KEY, market.id, 'listSettlementRuns'], (cursor, signal) =>
    call('listSettlementRuns', { params, query: { limit: 50, ...cursor }, signal }),
  );
}

export function useRun(id: string) {
  const { market } = useFinance();
  return useQuery({
    queryKey: [KEY, market.id, 'run', id],
    queryFn: ({ signal }) =>
      call('getSettlementRun', { params: { marketId: market.id, runId: id as RunId }, signal }),
  });
}

export function useRunSettlements(id: string) {
  const { market } = useFinance();
  const params = { marketId: market.id, runId: id as RunId };
  return usePages([KEY, market.id, 'listRunSettlements', id], (cursor, signal) =>
    call('listRunSettlements', { params, query: { limit: 100, ...cursor }, signal }),
  );
}

export function useRunPayouts(id: string) {
  const { market } = useFinance();
  const params = { marketId: market.id };
  return usePages([KEY, market.id, 'listPayouts', id], (cursor, signal) =>
    call('listPayouts', { params, query: { runId: id as RunId, limit: 100, ...cursor }, signal }),
  );
}

export function useSettlement(id: string) {
  const { market } = useFinance();
  return useQuery({
    queryKey: [KEY, market.id, 'settlement', id],
    queryFn: ({ signal }) =>
      call('getSettlement', { params: { marketId: market.id, settlementId: id as SettlementId }, signal }),
  });
}

export function useSettlementLines(id: string) {
  const { market } = useFinance();
  const params = { marketId: market.id, settlementId: id as SettlementId };
  return usePages([KEY, market.id, 'listSettlementLines', id], (cursor, signal) =>
    call('listSettlementLines', { params, query: { limit: 100, ...cursor }, signal }),
  );
}

/** Starts a run over all that is payable now. Each run is one command: the key is new after each. */
export function useStartRun() {
  const { market } = useFinance();
  const queries = useQueryClient();
  const [key, setKey] = useState(newIdempotencyKey);
  return useMutation({
    mutationFn: (payees: Payees) =>
      call('startSettlementRun', {
        params: { marketId: market.id },
        body: { payees },
        // Merchants and couriers are two commands.
        idempotencyKey: `${key}-${payees}`,
      }),
    onSuccess: () => {
      setKey(newIdempotencyKey());
      return queries.invalidateQueries({ queryKey: [KEY] });
    },
  });
}

/** Ends a run: approved, which pays, or discarded, which gives all back. Saying it again changes nothing. */
export function useEndRun(
  id: string,
): (route: 'approveSettlementRun' | 'discardSettlementRun') => Promise<void> {
  const { market } = useFinance();
  const queries = useQueryClient();
  return async (route) => {
    await call(route, { params: { marketId: market.id, runId: id as RunId }, body: {} });
    await queries.invalidateQueries({ queryKey: [KEY] });
  };
}

/** Says what the bank made of a payout that went by file. */
export function useOutcome(): (
  payout: Payout,
  outcome: BodyOf<RouteOf<'recordPayoutOutcome'>>,
) => Promise<void> {
  const { market } = useFinance();
  const queries = useQueryClient();
  return async (payout, outcome) => {
    await call('recordPayoutOutcome', {
      params: { marketId: market.id, payoutId: payout.id },
      body: outcome,
    });
    await queries.invalidateQueries({ queryKey: [KEY] });
  };
}
