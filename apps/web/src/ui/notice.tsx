import { CircleAlert, CloudOff, Inbox, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { ProblemError, Unreachable } from '../api/index.ts';
import { text } from '../text/index.ts';

const ICONS = { problem: CircleAlert, offline: CloudOff, empty: Inbox, locked: Lock } as const;

/** A short word in the middle of an otherwise empty area: nothing here, or what went wrong and what to do. */
export function Notice({
  icon,
  title,
  hint,
  children,
}: {
  icon: keyof typeof ICONS;
  title: string;
  hint?: string | undefined;
  children?: ReactNode;
}) {
  const Icon = ICONS[icon];
  return (
    <div
      role={icon === 'empty' ? 'status' : 'alert'}
      className="mx-auto flex max-w-md flex-col items-center gap-2 p-8 text-center"
    >
      <Icon aria-hidden className="size-7 text-ink-3" strokeWidth={1.6} />
      <p className="font-medium">{title}</p>
      {hint !== undefined && <p className="text-ink-2">{hint}</p>}
      {children !== undefined && <div className="mt-2 flex gap-2">{children}</div>}
    </div>
  );
}

/** What any error says to a person: the problem's own title and hint where the server gave them. */
export function ErrorNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const { title, hint } = wordsFor(error);
  return (
    <Notice icon={error instanceof Unreachable ? 'offline' : 'problem'} title={title} hint={hint}>
      {children}
    </Notice>
  );
}

/** `detail` is what the server said of this case in particular, where it did. */
export function wordsFor(error: unknown): { title: string; hint: string; detail?: string | undefined } {
  if (error instanceof ProblemError) {
    const { problem } = error;
    const { title, hint, requestId } = problem;
    return {
      title,
      detail: problem.detail,
      hint:
        requestId === undefined || problem.status < 500
          ? hint
          : `${hint} (${text.problem.requestId(requestId)})`,
    };
  }
  if (error instanceof Unreachable) {
    return {
      title: error.timedOut ? text.problem.timeoutTitle : text.problem.unreachableTitle,
      hint: text.problem.unreachableHint,
    };
  }
  return { title: text.problem.crashTitle, hint: text.problem.crashHint };
}

export function Loading() {
  return (
    <div role="status" className="flex h-full min-h-24 items-center justify-center gap-3 text-ink-2">
      <span
        aria-hidden
        className="size-4 animate-spin rounded-full border-2 border-line border-t-accent motion-reduce:animate-none"
      />
      {text.loading}
    </div>
  );
}
