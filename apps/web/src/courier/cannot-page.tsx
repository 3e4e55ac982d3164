import type { DeclineReason } from '@halfhour/contract';
import { ChevronRight } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { text } from '../text/index.ts';
import { Loading, Notice } from '../ui/notice.tsx';
import { useCourierApp } from './courier-context.tsx';
import type { Command } from './outbox/outbox.ts';
import { withWaiting } from './shown-route.ts';
import { useRoute } from './use-work.ts';

const REASONS: readonly DeclineReason[] = ['too_far', 'too_much', 'vehicle', 'break', 'other'];
/** What else a reason asks for: the API only takes the route away. */
const FOLLOWED_BY: Partial<Record<DeclineReason, Command>> = {
  vehicle: { kind: 'end_shift' },
  break: { kind: 'break', onBreak: true },
};

/** "I can't": why, and what each reason leads to. Until the arrival at the store, as the API has it. */
export function CannotPage({ routeId, back }: { routeId: string; back: string }) {
  const { sender, view } = useCourierApp();
  const route = useRoute();
  const [, navigate] = useLocation();
  const words = text.courierApp.cannot;
  if (route.data === undefined) return <Loading />;
  const shown = route.data.route === null ? null : withWaiting(route.data.route, view.outbox.waiting);
  const toRoute = (
    <Link href={back} className="flex h-12 items-center justify-center text-base underline">
      {words.back}
    </Link>
  );
  if (shown === null || shown.id !== routeId || shown.state !== 'assigned') {
    return (
      <main className="p-4" data-testid="too-late">
        <Notice icon="locked" title={words.tooLateTitle} hint={words.tooLateHint} />
        {toRoute}
      </main>
    );
  }
  return (
    <main className="space-y-4 p-4">
      <h1 className="text-xl font-semibold">{words.title}</h1>
      <p className="text-ink-2">{words.hint}</p>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {REASONS.map((reason) => (
          <li key={reason}>
            <button
              type="button"
              data-testid={`reason-${reason}`}
              className="flex min-h-16 w-full items-center gap-3 px-4 py-2 text-left"
              onClick={() => {
                sender.submit({ kind: 'decline', routeId: shown.id, reason });
                const after = FOLLOWED_BY[reason];
                if (after !== undefined) sender.submit(after);
                navigate(back);
              }}
            >
              <span className="flex-1">
                <span className="block font-medium">{words.reasons[reason]}</span>
                <span className="block text-sm text-ink-2">{words.leadsTo[reason]}</span>
              </span>
              <ChevronRight aria-hidden className="size-5 text-ink-3" />
            </button>
          </li>
        ))}
      </ul>
      {toRoute}
    </main>
  );
}
