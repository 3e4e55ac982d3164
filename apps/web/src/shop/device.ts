import { useMemo, useSyncExternalStore } from 'react';

/**
 * What is kept on the device alone: a value of JSON by key, the same in all tabs. A browser may refuse to keep anything, such
 * as in private windows: then it lasts as long as the page.
 *
 * @param read what was kept, as a value that can be trusted; undefined where it is not one
 */
export function useKept<T>(
  key: string,
  read: (kept: unknown) => T | undefined,
): [T | undefined, (next: T | undefined) => void] {
  const raw = useSyncExternalStore(subscribe, () => rawOf(key));
  const value = useMemo(() => parse(raw, read), [raw, read]);
  return [value, (next) => keep(key, next === undefined ? null : JSON.stringify(next))];
}

function parse<T>(raw: string | null, read: (kept: unknown) => T | undefined): T | undefined {
  if (raw === null) return undefined;
  try {
    return read(JSON.parse(raw));
  } catch {
    return undefined;
  }
}

const listeners = new Set<() => void>();
const refused = new Map<string, string | null>();

function rawOf(key: string): string | null {
  if (refused.has(key)) return refused.get(key)!;
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, raw: string | null): void {
  try {
    if (raw === null) localStorage.removeItem(key);
    else localStorage.setItem(key, raw);
    refused.delete(key);
  } catch {
    refused.set(key, raw);
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}
