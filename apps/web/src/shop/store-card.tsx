import type { Reach, StoreKind } from '@halfhour/contract';
import { Pill, ShoppingBasket, Store as StoreIcon, UtensilsCrossed, Warehouse } from 'lucide-react';
import { Link } from 'wouter';
import { text } from '../text/index.ts';
import { Tag } from '../ui/tag.tsx';
import { useShop } from './shop-context.tsx';

const ICONS = {
  restaurant: UtensilsCrossed,
  shop: StoreIcon,
  pharmacy: Pill,
  lightning_warehouse: Warehouse,
  front_warehouse: ShoppingBasket,
} as const satisfies Readonly<Record<StoreKind, unknown>>;

/** A store as it is seen from the door: when it could be there, what that costs, or why it cannot. */
export function StoreCard({ reach, nowMs }: { reach: Reach; nowMs: number | undefined }) {
  const { path, format } = useShop();
  const { store, state, deliveryFeeMinor } = reach;
  const Icon = ICONS[store.kind];
  const isOpen = state === 'open';
  return (
    <Link
      href={path(`/stores/${store.id}`)}
      data-testid="store-card"
      data-id={store.id}
      data-state={state}
      className="flex items-center gap-3 px-4 py-3 hover:bg-surface-2"
    >
      <span
        aria-hidden
        className={`flex size-14 shrink-0 items-center justify-center rounded-2xl ${isOpen ? 'bg-accent-soft text-accent' : 'bg-surface-3 text-ink-3'}`}
      >
        <Icon className="size-6" strokeWidth={1.7} />
      </span>
      <span className="min-w-0 flex-1">
        <span className={`block truncate text-base font-semibold ${isOpen ? '' : 'text-ink-2'}`}>
          {store.name}
        </span>
        <span className="block truncate text-ink-2">
          {text.shop.kinds[store.kind]}
          {' · '}
          {text.shop.distance(format.number(reach.distanceMetres / 1_000, 1))}
        </span>
        {isOpen ? (
          <span className="block text-ink-2">
            {deliveryFeeMinor === 0
              ? text.shop.freeDelivery
              : text.shop.deliveryFor(format.money(deliveryFeeMinor ?? 0))}
            {store.minimumOrderMinor > 0 && ` · ${text.shop.minimum(format.money(store.minimumOrderMinor))}`}
          </span>
        ) : (
          <span className="mt-0.5 block">
            <Tag tone={state === 'too_far_now' ? 'watch' : 'plain'}>
              {state === 'closed' && store.opensAt !== undefined
                ? text.shop.opensAt(whenOf(store.opensAt, nowMs, format))
                : text.shop.states[state]}
            </Tag>
          </span>
        )}
      </span>
      <Soon reach={reach} nowMs={nowMs} />
    </Link>
  );
}

/** `25–35 min`, from now on. */
function Soon({ reach: { promise }, nowMs }: { reach: Reach; nowMs: number | undefined }) {
  const minutes = minutesUntil(promise, nowMs);
  if (minutes === undefined) return null;
  return (
    <span className="shrink-0 text-right">
      <span className="block font-semibold tabular-nums">{`${minutes.from}–${minutes.to}`}</span>
      <span className="block text-xs text-ink-2">{text.shop.minutesShort}</span>
    </span>
  );
}

/** In how many minutes a window begins and ends; undefined where there is none, or the time is not known yet. */
export function minutesUntil(
  promise: Reach['promise'],
  nowMs: number | undefined,
): { readonly from: number; readonly to: number } | undefined {
  if (promise === undefined || nowMs === undefined) return undefined;
  const minutes = (moment: string): number => Math.max(1, Math.ceil((Date.parse(moment) - nowMs) / 60_000));
  return { from: minutes(promise.earliest), to: minutes(promise.latest) };
}

/** The time alone within the next half day, with its day else. */
export function whenOf(
  moment: string,
  nowMs: number | undefined,
  format: { time(moment: string): string; day(moment: string): string },
): string {
  const isSoon = nowMs !== undefined && Date.parse(moment) - nowMs < 12 * 3_600_000;
  return isSoon ? format.time(moment) : `${format.day(moment)} ${format.time(moment)}`;
}
