import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Unreachable } from '../api/index.ts';
import { keep, readKept } from './device-store.ts';

/** Names of what was read of the server begin so. */
export const READ = 'read.';

/**
 * A question to the server whose last answer is kept on the device: without a connection, also after a reload, the page
 * shows that. `error` says that it may be old.
 */
export function useKept<T>(
  name: string,
  ask: (signal: AbortSignal) => Promise<T>,
  options: { readonly everyMs?: number; readonly enabled?: boolean } = {},
): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: keptKey(name),
    queryFn: async ({ signal }) => {
      const answer = await ask(signal);
      keep(READ + name, JSON.stringify(answer));
      return answer;
    },
    initialData: () => keptAnswer<T>(name),
    // Old from the beginning: asked again at once.
    initialDataUpdatedAt: 0,
    enabled: options.enabled ?? true,
    // Without a connection too: a phone that says it is offline may be wrong, and the kept answer is shown meanwhile.
    networkMode: 'always',
    retry: false,
    refetchInterval: ({ state }) => (state.error instanceof Unreachable ? 5_000 : (options.everyMs ?? false)),
  });
}

export function keptKey(name: string): readonly string[] {
  return ['courier', ...name.split('/')];
}

function keptAnswer<T>(name: string): T | undefined {
  const text = readKept(READ + name);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
