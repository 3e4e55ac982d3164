import type { Address, Offer, PaymentOption, Reach, Store, User, Wallet } from '@halfhour/contract';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call, statusOf } from '../api/index.ts';
import { useMe } from '../session/use-me.ts';
import { browserTicker } from '../ui/browser-ticker.ts';
import { useShop } from './shop-context.tsx';

type Door = Pick<Address, 'lat' | 'lng'>;

/** What reaches a door now; read again each minute, as times and opening hours move. */
export function useReach(door: Door | undefined): UseQueryResult<Reach[]> {
  const { market } = useShop();
  const query = door === undefined ? undefined : { lat: door.lat, lng: door.lng };
  return useQuery({
    queryKey: ['reach', market.id, query],
    queryFn: async ({ signal }) =>
      (await call('listReach', { params: { marketId: market.id }, query: query!, signal })).items,
    enabled: query !== undefined,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
}

/** An offer that was found, and in which store. */
export interface FoundOffer {
  readonly storeName: string;
  readonly offer: Offer;
}

/** What is called like what was typed, of the stores that reach a door. */
export function useFoundOffers(door: Door | undefined, typed: string): UseQueryResult<FoundOffer[]> {
  const { market } = useShop();
  return useQuery({
    queryKey: ['found-offers', market.id, door?.lat, door?.lng, typed],
    queryFn: async ({ signal }) =>
      (
        await call('searchOffers', {
          params: { marketId: market.id },
          query: { query: typed, lat: door!.lat, lng: door!.lng },
          signal,
        })
      ).items,
    enabled: door !== undefined && typed !== '',
    placeholderData: keepPreviousData,
  });
}

export function useStore(storeId: string): UseQueryResult<Store> {
  const { market } = useShop();
  return useQuery({
    queryKey: ['store', market.id, storeId],
    queryFn: ({ signal }) =>
      call('getStore', { params: { marketId: market.id, storeId: storeId as Store['id'] }, signal }),
    refetchInterval: 60_000,
  });
}

/** More than any page can show. */
const MAX_OFFERS = 2_000;

/** Everything that a store sells. */
export function useOffers(storeId: string): UseQueryResult<Offer[]> {
  const { market } = useShop();
  return useQuery({
    queryKey: ['offers', market.id, storeId],
    queryFn: async ({ signal }) => {
      const offers: Offer[] = [];
      let cursor: string | undefined;
      do {
        const page = await call('listOffers', {
          params: { marketId: market.id, storeId: storeId as Store['id'] },
          query: { limit: 200, cursor },
          signal,
        });
        offers.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && offers.length < MAX_OFFERS);
      return offers;
    },
    refetchInterval: 60_000,
  });
}

export function usePaymentOptions(): UseQueryResult<PaymentOption[]> {
  const { market } = useShop();
  return useQuery({
    queryKey: ['payment-options', market.id],
    queryFn: async ({ signal }) =>
      (await call('listPaymentOptions', { params: { marketId: market.id }, signal })).items,
  });
}

/** Who shops: undefined until that is known, null where nobody is signed in. */
export function useShopper(): User | null | undefined {
  const me = useMe();
  return statusOf(me.error) === 401 ? null : me.data;
}

/** Whether somebody may order here: operators, merchants and couriers have accounts of their own for that. */
export function mayOrder(user: User): boolean {
  return user.grants.some(({ role }) => role === 'shopper');
}

export function useWallet(user: User | null | undefined): UseQueryResult<Wallet> {
  const { market } = useShop();
  return useQuery({
    queryKey: ['wallet', market.id, user?.id],
    queryFn: ({ signal }) => call('getWallet', { params: { marketId: market.id, userId: user!.id }, signal }),
    enabled: user != null && mayOrder(user),
  });
}

/**
 * The time of the market in epoch milliseconds, drawn again every `everyMs`; undefined until it is known. A simulated
 * market's time goes by faster.
 */
export function useMarketNow(everyMs: number): number | undefined {
  const { market } = useShop();
  const { data } = useQuery({
    queryKey: ['market-time', market.id],
    queryFn: async ({ signal }) => {
      const { now, speed } = await call('getMarketTime', { params: { marketId: market.id }, signal });
      return { nowMs: Date.parse(now), speed, readAtMs: browserTicker.elapsedMs() };
    },
    refetchInterval: 30_000,
  });
  const [, draw] = useState(0);
  useEffect(() => {
    let cancel: (() => void) | undefined;
    const again = (): void => {
      cancel = browserTicker.after(everyMs, () => {
        draw((count) => count + 1);
        again();
      });
    };
    again();
    return () => cancel?.();
  }, [everyMs]);
  return data && data.nowMs + (browserTicker.elapsedMs() - data.readAtMs) * data.speed;
}
