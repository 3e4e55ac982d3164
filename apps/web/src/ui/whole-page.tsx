import type { ReactNode } from 'react';

/** A page that has only one thing to say: in the middle, whatever the screen. */
export function WholePage({ children }: { children: ReactNode }) {
  return <main className="flex min-h-dvh flex-col items-center justify-center p-4">{children}</main>;
}
