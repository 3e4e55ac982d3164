import { QueryClient } from '@tanstack/react-query';
import { Unreachable } from './problem-error.ts';

/** Problems are answers and are shown at once; only silence is worth asking again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => error instanceof Unreachable && failures < 3,
        staleTime: 30_000,
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
}
