import { useFormat } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import type { Earnings } from './use-money.ts';

const HEIGHT = 160;
const WIDTH = 960;

/**
 * Sales of each day as a bar, with what of it was commission. Two rectangles a day need no chart library; the table below
 * says the same in numbers, which is what a screen reader is given.
 */
export function DayChart({ days }: { days: Earnings['days'] }) {
  const format = useFormat();
  const t = text.merchant.money;
  const shown = days.toReversed();
  const most = Math.max(1, ...shown.map(({ salesMinor }) => salesMinor));
  const step = WIDTH / Math.max(7, shown.length);
  const heightOf = (minor: number): number => (Math.max(0, minor) / most) * (HEIGHT - 24);
  return (
    <figure aria-hidden className="rounded-lg border border-line p-3" data-testid="day-chart">
      <figcaption className="flex gap-4 pb-2 text-xs text-ink-2">
        <span>
          <span className="mr-1 inline-block size-2.5 rounded-sm bg-accent" />
          {t.yours}
        </span>
        <span>
          <span className="mr-1 inline-block size-2.5 rounded-sm bg-at-risk" />
          {t.commission}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full">
        {shown.map((day, index) => {
          const x = index * step + step * 0.15;
          const all = heightOf(day.salesMinor);
          const kept = Math.min(all, heightOf(day.commissionMinor));
          const bottom = HEIGHT - 20;
          return (
            <g key={day.day}>
              <title>{`${dayName(format, day.day)}: ${format.money(day.salesMinor)}`}</title>
              <rect
                x={x}
                width={step * 0.7}
                y={bottom - all}
                height={all}
                rx={3}
                style={{ fill: 'var(--accent)' }}
              />
              <rect
                x={x}
                width={step * 0.7}
                y={bottom - all}
                height={kept}
                rx={3}
                style={{ fill: 'var(--at-risk)' }}
              />
              <text
                x={x + step * 0.35}
                y={HEIGHT - 4}
                textAnchor="middle"
                fontSize={12}
                style={{ fill: 'var(--ink-2)' }}
              >
                {Number(day.day.slice(8))}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** Noon in UTC is the same day nearly everywhere; the calendar day itself has no moment. */
export function dayName(format: ReturnType<typeof useFormat>, day: string): string {
  return format.day(`${day}T12:00:00Z`);
}
