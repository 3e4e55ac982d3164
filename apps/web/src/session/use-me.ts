import type { Market, User } from '@halfhour/contract';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from '../api/index.ts';

export const ME = ['me'] as const;

export function useMe(): UseQueryResult<User> {
  return useQuery({ queryKey: ME, queryFn: ({ signal }) => call('getMe', { signal }), staleTime: Infinity });
}

export function useMarkets(): UseQueryResult<Market[]> {
  return useQuery({
    queryKey: ['markets'],
    queryFn: async ({ signal }) => (await call('listMarkets', { signal })).items,
    staleTime: Infinity,
  });
}

/** The markets that a user may watch: all for an admin, else those of their operator grants. */
export function operatedMarkets(user: User, markets: readonly Market[]): Market[] {
  if (user.grants.some((grant) => grant.role === 'admin')) return [...markets];
  const ids = new Set(user.grants.flatMap(({ role, marketId }) => (role === 'operator' ? [marketId] : [])));
  return markets.filter((market) => ids.has(market.id));
}
