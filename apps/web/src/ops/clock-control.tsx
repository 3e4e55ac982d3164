import type { ClockState } from '@halfhour/contract';
import { useMutation } from '@tanstack/react-query';
import { Pause } from 'lucide-react';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { wordsFor } from '../ui/notice.tsx';
import { useLive, useLiveStore, useMarketNow } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';

const SPEEDS = [0, 1, 5, 10, 30, 60];

/** The market's time, and its speed where that can be changed. */
export function ClockControl() {
  const clock = useLive((state) => state.clock);
  const now = useMarketNow(clock.speed > 5 ? 250 : 1_000);
  const format = useFormat();
  return (
    <div className="flex min-w-0 items-center gap-3">
      <div className="leading-tight" title={text.live.clock}>
        <span className="sr-only">{text.live.clock}: </span>
        <time
          data-testid="clock"
          dateTime={new Date(now).toISOString()}
          className="block text-base font-semibold tabular-nums"
        >
          {format.timeWithSeconds(now)}
        </time>
        <span className="hidden text-xs text-ink-3 md:block">{format.day(now)}</span>
      </div>
      {clock.adjustable && <SpeedControl speed={clock.speed} />}
    </div>
  );
}

function SpeedControl({ speed }: { speed: number }) {
  const marketId = useLive((state) => state.market.id);
  const figures = useLive((state) => state.figures);
  const store = useLiveStore();
  const change = useMutation<ClockState, unknown, number>({
    mutationFn: (wanted) => call('setClockSpeed', { params: { marketId }, body: { speed: wanted } }),
    onSuccess: (clock) => store.apply({ type: 'figures', figures, clock }),
  });
  const current = change.isPending ? change.variables : speed;
  return (
    <>
      <div
        role="radiogroup"
        aria-label={text.live.speed}
        className="hidden rounded-md bg-surface-3 p-0.5 md:flex"
      >
        {SPEEDS.map((option) => (
          <button
            key={option}
            type="button"
            role="radio"
            aria-checked={current === option}
            title={option === 0 ? text.live.pause : text.live.timesHint(option)}
            onClick={() => change.mutate(option)}
            className={`flex h-7 min-w-8 items-center justify-center rounded px-1.5 text-xs font-medium tabular-nums ${
              current === option ? 'bg-surface text-ink shadow-sm' : 'text-ink-2 hover:text-ink'
            }`}
          >
            {option === 0 ? (
              <Pause aria-label={text.live.pause} className="size-3.5 fill-current stroke-0" />
            ) : (
              text.live.times(option)
            )}
          </button>
        ))}
      </div>
      <select
        aria-label={text.live.speed}
        value={current}
        onChange={(event) => change.mutate(Number(event.target.value))}
        className="h-9 rounded-md border border-line bg-surface px-1.5 text-sm md:hidden"
      >
        {[...new Set([...SPEEDS, current])].map((option) => (
          <option key={option} value={option}>
            {option === 0 ? text.live.paused : text.live.times(option)}
          </option>
        ))}
      </select>
      {change.isError && (
        <span role="alert" className="text-xs text-late" title={wordsFor(change.error).hint}>
          {wordsFor(change.error).title}
        </span>
      )}
    </>
  );
}
