import type { BodyOf, Offer, RouteOf } from '@halfhour/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newIdempotencyKey } from '../../api/index.ts';
import { useStoreParams } from '../store-context.tsx';

/** A store with more is beyond what a page can hold at once; it says so. */
export const MAX_OFFERS = 5_000;
const PAGE = 200;

type StoreParams = ReturnType<typeof useStoreParams>;
const keyOf = ({ marketId, storeId }: StoreParams) => ['offers', marketId, storeId] as const;

/** All that the store offers, in pages behind each other: searching and filtering then need no server. */
export function useOffers(enabled = true) {
  const params = useStoreParams();
  return useQuery({
    queryKey: keyOf(params),
    enabled,
    queryFn: async ({ signal }): Promise<Offer[]> => readOffers(params, signal),
    staleTime: 15_000,
  });
}

export async function readOffers(params: StoreParams, signal?: AbortSignal): Promise<Offer[]> {
  const offers: Offer[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await call('listOffers', { params, query, ...(signal === undefined ? {} : { signal }) });
    offers.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && offers.length < MAX_OFFERS);
  return offers;
}

/** Puts an offer, as an answer shows it, in the place of the one that is known. */
function useShowOffer() {
  const params = useStoreParams();
  const queries = useQueryClient();
  return (change: (offers: Offer[]) => Offer[]): void => {
    queries.setQueryData<Offer[]>(keyOf(params), (offers) =>
      offers === undefined ? offers : change(offers),
    );
  };
}

export function useUpdateOffer(offerId: Offer['id']) {
  const params = useStoreParams();
  const show = useShowOffer();
  return useMutation({
    mutationFn: (body: BodyOf<RouteOf<'updateOffer'>>) =>
      call('updateOffer', { params: { ...params, offerId }, body }),
    onSuccess: (changed) => show((offers) => offers.map((offer) => (offer.id === offerId ? changed : offer))),
  });
}

export function useSetStock({ id, articleId }: Pick<Offer, 'id' | 'articleId'>) {
  const params = useStoreParams();
  const show = useShowOffer();
  return useMutation({
    mutationFn: (onHand: number) => call('setStock', { params: { ...params, articleId }, body: { onHand } }),
    onSuccess: ({ onHand, reserved }) =>
      show((offers) =>
        offers.map((offer) => (offer.id === id ? { ...offer, inStock: onHand - reserved } : offer)),
      ),
  });
}

/** Sells a new article; the same key again answers with the offer that is there already. */
export function useCreateOffer(onDone: () => void) {
  const params = useStoreParams();
  const show = useShowOffer();
  return useMutation({
    mutationFn: (body: BodyOf<RouteOf<'createOffer'>>) =>
      call('createOffer', { params, body, idempotencyKey: newIdempotencyKey() }),
    onSuccess: (offer) => {
      show((offers) => [...offers, offer]);
      onDone();
    },
  });
}

/** Whether shoppers can order it now. */
export function isSoldOut(offer: Offer): boolean {
  return !offer.available || offer.inStock === 0;
}
