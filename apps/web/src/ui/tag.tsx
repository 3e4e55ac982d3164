import type { ReactNode } from 'react';

const TONES = {
  plain: 'bg-surface-3 text-ink-2',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-on-time-soft text-on-time',
  watch: 'bg-at-risk-soft text-at-risk',
  bad: 'bg-late-soft text-late',
} as const;
export type Tone = keyof typeof TONES;

/** A state in a word. The word says it; the colour helps. */
export function Tag({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      {children}
    </span>
  );
}
