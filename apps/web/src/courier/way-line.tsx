import type { CourierWay } from '@halfhour/contract';
import { CornerUpLeft, CornerUpRight, MoveUp, Undo2 } from 'lucide-react';
import { language, text } from '../text/index.ts';

type Leg = CourierWay['legs'][number];
const ICONS = {
  depart: MoveUp,
  straight: MoveUp,
  right: CornerUpRight,
  left: CornerUpLeft,
  u_turn: Undo2,
} as const;

/** What comes next on the way, in one line. */
export function WayLine({ leg, isLoading }: { leg: Leg | undefined; isLoading: boolean }) {
  const words = text.courierApp.route;
  if (leg === undefined || leg.steps.length === 0) {
    const word = leg === undefined ? (isLoading ? words.loadingWay : words.noWay) : words.here;
    return <p className="flex h-12 items-center px-4 text-ink-2">{word}</p>;
  }
  const [first, second] = leg.steps as [Leg['steps'][number], Leg['steps'][number] | undefined];
  const shown = second ?? first;
  const Icon = ICONS[shown.turn];
  const turn = words.turn[shown.turn](shown.street === '' ? words.unnamed : shown.street);
  return (
    <p
      data-testid="way-line"
      className="flex min-h-12 items-center gap-3 border-b border-line bg-surface-2 px-4 py-2"
    >
      <Icon aria-hidden className="size-6 shrink-0 text-accent" />
      <span className="min-w-0 flex-1 font-medium">
        {second === undefined ? turn : words.inDistance(distance(first.metres), turn)}
      </span>
      <span className="shrink-0 text-sm text-ink-2">
        {distance(leg.metres)} · {words.minutes(Math.max(1, Math.round(leg.seconds / 60)))}
      </span>
    </p>
  );
}

/** `850 m`, `2.4 km`, in the reader's language. */
export function distance(metres: number): string {
  const isFar = metres >= 1_000;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isFar ? 'kilometer' : 'meter',
    maximumFractionDigits: isFar ? 1 : 0,
  }).format(isFar ? metres / 1_000 : Math.round(metres / 10) * 10);
}
