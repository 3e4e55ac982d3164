import { useId, useState } from 'react';
import { text } from '../text/index.ts';
import { useLive } from './live-context.tsx';
import { useFormat } from '../ui/market-format.tsx';

interface Figure {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly value: string;
}

/** The key figures of the day; each explains itself on hover, focus or tap. */
export function FiguresBar() {
  const figures = useLive((state) => state.figures);
  const format = useFormat();
  const t = text.figures;
  const orUnknown = (value: number | undefined, write: (value: number) => string): string =>
    value === undefined ? t.unknown : write(value);
  const shown: Figure[] = [
    { id: 'orders', name: t.orders, hint: t.ordersHint, value: format.number(figures.orders) },
    { id: 'open', name: t.open, hint: t.openHint, value: format.number(figures.open) },
    {
      id: 'on-time',
      name: t.onTime,
      hint: t.onTimeHint,
      value: orUnknown(figures.onTimePercent, format.percent),
    },
    {
      id: 'minutes-to-door',
      name: t.minutesToDoor,
      hint: t.minutesToDoorHint,
      value: orUnknown(figures.minutesToDoorMean, (minutes) => t.minutes(format.number(minutes, 1))),
    },
    {
      id: 'per-hour',
      name: t.perHour,
      hint: t.perHourHint,
      value: orUnknown(figures.ordersPerCourierHour, (orders) => format.number(orders, 2)),
    },
    {
      id: 'couriers',
      name: t.couriers,
      hint: t.couriersHint,
      value: t.of(format.number(figures.couriersBusy), format.number(figures.couriersOnShift)),
    },
    { id: 'gross', name: t.gross, hint: t.grossHint, value: format.moneyShort(figures.grossMinor) },
  ];
  return (
    <dl
      aria-label={t.label}
      data-testid="figures"
      className="flex shrink-0 overflow-x-auto border-b border-line bg-surface [scrollbar-width:none]"
    >
      {shown.map((figure) => (
        <FigureTile key={figure.id} {...figure} />
      ))}
    </dl>
  );
}

function FigureTile({ id, name, hint, value }: Figure) {
  const [corner, setCorner] = useState<{ left: number; top: number }>();
  const hintId = useId();
  const open = (element: HTMLElement): void => {
    const { left, bottom } = element.getBoundingClientRect();
    setCorner({ left: Math.max(8, Math.min(left, innerWidth - 272)), top: bottom + 4 });
  };
  const close = (): void => setCorner(undefined);
  return (
    <div
      tabIndex={0}
      aria-describedby={hintId}
      data-figure={id}
      onMouseEnter={(event) => open(event.currentTarget)}
      onFocus={(event) => open(event.currentTarget)}
      onMouseLeave={close}
      onBlur={close}
      onKeyDown={(event) => event.key === 'Escape' && close()}
      className="flex min-w-max flex-1 flex-col border-r border-line px-4 py-2 -outline-offset-2 last:border-r-0 hover:bg-surface-2"
    >
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="text-lg leading-6 font-semibold tabular-nums">{value}</dd>
      {/* Fixed, because the strip scrolls sideways and would cut it off. */}
      <span
        id={hintId}
        role="tooltip"
        hidden={corner === undefined}
        style={corner}
        className="fixed z-30 w-64 rounded-md border border-line bg-surface p-2.5 text-sm text-ink-2 shadow-lg"
      >
        {hint}
      </span>
    </div>
  );
}
