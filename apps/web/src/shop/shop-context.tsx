import type { Address, Market, Names, StoreKind } from '@halfhour/contract';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { language, localeOf } from '../text/index.ts';
import { createFormat, type Format } from '../ui/format.ts';
import { type Basket, type Baskets, readBaskets } from './basket.ts';
import { useKept } from './device.ts';

/** The market that is shopped in, how it writes time and money, and where its pages are. */
export interface Shop {
  readonly market: Market;
  readonly format: Format;
  /** `/shop/{slug}` and what follows. */
  path(rest?: string): string;
}

const ShopContext = createContext<Shop | undefined>(undefined);

export function ShopProvider({ market, children }: { market: Market; children: ReactNode }) {
  const { timeZone, currency } = market;
  const locale = localeOf(language, navigator.languages);
  const shop = useMemo(
    () => ({
      market,
      format: createFormat(locale, timeZone, currency),
      path: (rest = '') => `/shop/${market.slug}${rest}`,
    }),
    [market, locale, timeZone, currency],
  );
  return <ShopContext value={shop}>{children}</ShopContext>;
}

export function useShop(): Shop {
  const shop = use(ShopContext);
  if (shop === undefined) throw new Error('outside of ShopProvider');
  return shop;
}

/** Where to deliver to, kept on the device. */
export function useDoor(): [Address | undefined, (door: Address) => void] {
  const { market } = useShop();
  return useKept(`halfhour.shop.${market.slug}.door`, readAddress);
}

/** All baskets of this market, and one of them replaced; without lines it is gone. */
export function useBaskets(): [Baskets, (storeId: string, basket: Basket) => void] {
  const { market } = useShop();
  const [kept, keep] = useKept(`halfhour.shop.${market.slug}.baskets`, readBaskets);
  const baskets = kept ?? NONE;
  return [
    baskets,
    (storeId, basket) => {
      const { [storeId]: _, ...others } = baskets;
      keep(basket.lines.length === 0 ? others : { ...others, [storeId]: basket });
    },
  ];
}
const NONE: Baskets = {};

function readAddress(kept: unknown): Address | undefined {
  const { label, lat, lng, note } = kept as Partial<Address>;
  if (typeof label !== 'string' || typeof lat !== 'number' || typeof lng !== 'number') return undefined;
  return { label, lat, lng, ...(typeof note === 'string' && note !== '' ? { note } : {}) };
}

/** A name in the reader's language, in English where it has none. */
export function nameIn(names: Names): string {
  return names[language] ?? names.en;
}

/** What a shopper comes for, and the kinds of stores that have it. */
export const NEEDS = {
  everything: undefined,
  food: ['restaurant'],
  groceries: ['shop', 'front_warehouse', 'lightning_warehouse'],
  pharmacy: ['pharmacy'],
} as const satisfies Readonly<Record<string, readonly StoreKind[] | undefined>>;
export type Need = keyof typeof NEEDS;

export function isNeed(value: string | null): value is Need {
  return value !== null && Object.hasOwn(NEEDS, value);
}
