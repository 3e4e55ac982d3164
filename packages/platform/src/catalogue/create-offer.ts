import { type MarketId, type Result, type StoreId, err, invariant, ok } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { setOnHand } from '../inventory/index.ts';
import { lockStore, mayChange } from '../stores/index.ts';
import { insertArticles, insertOffers, selectOfferPage, selectOffers } from './catalogue-store.ts';
import type { CatalogueDeps, NewOffer, StockedOffer } from './create-catalogue.ts';
import { type ArticleDraft, type OfferDraft, checkOptionGroups } from './offer.ts';
import { offerEvent } from './offer-event.ts';

/**
 * Sells an article in a store: a new one, or the market's article of the same GTIN. With `onHand` the store
 * counts it from now on.
 * Errors: `not_found` (store), `invalid_request` (options), `already_exists`, `idempotency_key_reused`.
 */
export async function createOffer(
  { db, clock, ids }: CatalogueDeps,
  marketId: MarketId,
  storeId: StoreId,
  draft: NewOffer,
  authority: Authority,
  command?: CommandKey,
): Promise<Result<StockedOffer, ApiError>> {
  const wrong = checkOptionGroups(draft.optionGroups);
  if (wrong !== undefined) return err({ code: 'invalid_request', detail: wrong });
  return db.transact<StockedOffer, ApiError>(async (tx) => {
    const store = await lockStore(tx, marketId, storeId);
    if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
    if (command !== undefined) {
      const [known] = await findCommands<StockedOffer>(tx, marketId, [command]);
      if (known?.kind === 'done') return ok({ offer: known.outcome.offer, stock: known.outcome.stock });
      if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    }
    const at = clock.now();
    const { onHand, priceMinor, optionGroups, ...described } = draft;
    const article: ArticleDraft = { ...withoutUndefined(described), id: ids.next('art') };
    const [articleId] = await insertArticles(tx, marketId, [article]);
    invariant(articleId !== undefined, 'an article is inserted or found');
    const countsStock = onHand !== undefined;
    const id = ids.next('off');
    const offer: OfferDraft = {
      id,
      storeId,
      articleId,
      priceMinor,
      available: true,
      countsStock,
      optionGroups,
    };
    const [inserted] = await insertOffers(tx, marketId, [offer]);
    if (!inserted) {
      const [existing] = await selectOfferPage(tx, marketId, storeId, { articleId, limit: 1 });
      return err({ code: 'already_exists', detail: 'The store offers this article.', offerId: existing?.id });
    }
    if (onHand !== undefined) await setOnHand(tx, marketId, at, [{ storeId, articleId, onHand }]);
    appendEvents(tx, marketId, [offerEvent('OfferCreated', offer, at, authority.role)]);
    const record = (await selectOffers(tx, marketId, [id])).get(id);
    invariant(record !== undefined, 'an offer that was inserted is there');
    const outcome = { offer: record, stock: onHand === undefined ? undefined : { onHand, reserved: 0 } };
    if (command !== undefined) recordCommands(tx, marketId, at, [{ command, outcome }]);
    return ok(outcome);
  });
}

/** Optional fields of a parsed body may be there with the value undefined; records leave them out. */
function withoutUndefined({
  names,
  description,
  category,
  gtin,
  taxClass,
}: Omit<NewOffer, 'onHand' | 'priceMinor' | 'optionGroups'>): Omit<ArticleDraft, 'id'> {
  return {
    names,
    ...(description === undefined ? {} : { description }),
    category,
    ...(gtin === undefined ? {} : { gtin }),
    taxClass,
  };
}
