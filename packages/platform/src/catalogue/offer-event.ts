import type { EpochMs } from '@halfhour/kernel';
import type { EventDraft } from '../events/index.ts';
import type { OfferDraft } from './offer.ts';

/** What is told of an offer: enough to keep a price list without asking again. */
export function offerEvent(
  type: 'OfferCreated' | 'OfferChanged',
  offer: OfferDraft,
  at: EpochMs,
  by: string,
): EventDraft {
  const { id, storeId, articleId, priceMinor, available } = offer;
  return { type, subject: id, at, by, data: { offerId: id, storeId, articleId, priceMinor, available } };
}
