import { text } from '../text/index.ts';
import { useOnline } from '../ui/use-media.ts';
import { useLiveView } from './live-context.tsx';

const LOOK = {
  loading: 'bg-ink-3',
  live: 'bg-on-time',
  reconnecting: 'bg-at-risk animate-pulse motion-reduce:animate-none',
  offline: 'bg-late',
} as const;

/** Whether what is shown is up to date. */
export function ConnectionBadge() {
  const status = useLiveView((view) => view.status);
  const online = useOnline();
  const shown = !online ? 'offline' : status === 'refused' ? 'reconnecting' : status;
  return (
    <span
      role="status"
      data-testid="connection"
      data-status={shown}
      title={shown === 'live' ? undefined : text.live.stale}
      className="flex items-center gap-1.5 text-xs whitespace-nowrap text-ink-2"
    >
      <span aria-hidden className={`size-2 rounded-full ${LOOK[shown]}`} />
      {text.live.connection[shown]}
    </span>
  );
}
