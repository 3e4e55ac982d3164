import type { Market, User } from '@halfhour/contract';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call, Unreachable } from '../api/index.ts';

export const ME = ['me'] as const;

/** While the server is away the page asks again by itself; a problem is an answer and stays. */
function askAgain(query: { readonly state: { readonly error: Error | null } }): number | false {
  return query.state.error instanceof Unreachable ? 10_000 : false;
}

export function useMe(): UseQueryResult<User> {
  return useQuery({
    queryKey: ME,
    queryFn: ({ signal }) => call('getMe', { signal }),
    staleTime: Infinity,
    refetchInterval: askAgain,
  });
}

export function useMarkets(): UseQueryResult<Market[]> {
  return useQuery({
    queryKey: ['markets'],
    queryFn: async ({ signal }) => (await call('listMarkets', { signal })).items,
    staleTime: Infinity,
    refetchInterval: askAgain,
  });
}

/** The markets in which a user has one of these roles: all for an admin. */
export function marketsOf(
  user: User,
  markets: readonly Market[],
  roles: readonly ('operator' | 'support')[],
): Market[] {
  if (user.grants.some((grant) => grant.role === 'admin')) return [...markets];
  const ids = new Set(
    user.grants.flatMap(({ role, marketId }) => (roles.some((each) => each === role) ? [marketId] : [])),
  );
  return markets.filter((market) => ids.has(market.id));
}
