import type { Offer, Reach, Store } from '@halfhour/contract';
import { Link, useSearchParams } from 'wouter';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { Tag } from '../ui/tag.tsx';
import { countOf, sumOf } from './basket.ts';
import { isSoldOut } from './choices.ts';
import { OfferSheet } from './offer-sheet.tsx';
import { Asked, Chips, LARGE, Screen, Word } from './parts.tsx';
import { nameIn, useBaskets, useDoor, useShop } from './shop-context.tsx';
import { minutesUntil, whenOf } from './store-card.tsx';
import { useMarketNow, useOffers, useReach, useStore } from './use-shop-data.ts';

/** What a store sells, by category; `?offer=` shows one article. */
export function StorePage({ storeId }: { storeId: string }) {
  const { path, format } = useShop();
  const store = useStore(storeId);
  const offers = useOffers(storeId);
  const [door] = useDoor();
  const reach = useReach(door);
  const [baskets] = useBaskets();
  const [search, setSearch] = useSearchParams();
  const basket = baskets[storeId];
  const here = reach.data?.find((one) => one.store.id === storeId);
  const shown = offers.data?.find(({ id }) => id === search.get('offer'));
  const show = (offerId: string | undefined): void =>
    setSearch(offerId === undefined ? {} : { offer: offerId }, { replace: offerId === undefined });
  return (
    <Screen
      title={store.data?.name ?? text.shop.store}
      back={path()}
      {...(offers.data !== undefined &&
        offers.data.length > 0 && { head: <Categories offers={offers.data} /> })}
      {...(basket !== undefined && {
        foot: (
          <Link
            href={path(`/stores/${storeId}/checkout`)}
            data-testid="to-checkout"
            className={`flex items-center justify-between bg-accent px-5 font-semibold text-on-accent hover:opacity-90 ${LARGE}`}
          >
            <span>{text.shop.viewBasket(countOf(basket))}</span>
            <span className="tabular-nums">{format.money(sumOf(basket))}</span>
          </Link>
        ),
      })}
    >
      <Asked query={store}>
        {(loaded) => (
          <>
            <Facts store={loaded} reach={here} isKnown={door === undefined || reach.data !== undefined} />
            <Asked query={offers}>
              {(items) =>
                items.length === 0 ? (
                  <Notice icon="empty" title={text.shop.sellsNothing} />
                ) : (
                  byCategory(items).map(([category, some], index) => (
                    <section key={category} id={`category-${index}`} className="scroll-mt-32">
                      <h2 className="bg-surface px-4 pt-5 pb-1 text-base font-semibold">{category}</h2>
                      <ul className="divide-y divide-line">
                        {some.map((offer) => (
                          <li key={offer.id}>
                            <OfferRow
                              offer={offer}
                              wanted={
                                basket?.lines
                                  .filter((line) => line.offerId === offer.id)
                                  .reduce((sum, { quantity }) => sum + quantity, 0) ?? 0
                              }
                              onShow={() => show(offer.id)}
                            />
                          </li>
                        ))}
                      </ul>
                    </section>
                  ))
                )
              }
            </Asked>
            {shown !== undefined && (
              <OfferSheet key={shown.id} store={loaded} offer={shown} onClose={() => show(undefined)} />
            )}
          </>
        )}
      </Asked>
    </Screen>
  );
}

/** What is known of time and fee, or why nothing is. */
function Facts({ store, reach, isKnown }: { store: Store; reach: Reach | undefined; isKnown: boolean }) {
  const { format } = useShop();
  const [door] = useDoor();
  const nowMs = useMarketNow(15_000);
  if (!isKnown) return null;
  const minutes = minutesUntil(reach?.promise, nowMs);
  return (
    <div className="space-y-3 px-4 pt-3">
      <p className="text-ink-2">
        {text.shop.kinds[store.kind]} · {store.address.label}
      </p>
      {door !== undefined && reach === undefined && (
        <Word tone="watch" title={text.shop.outsideZone} hint={text.shop.outsideZoneHint(door.label)} />
      )}
      {reach !== undefined && reach.state !== 'open' && (
        <Word
          tone="watch"
          testId="store-not-now"
          title={text.shop.states[reach.state]}
          hint={
            store.opensAt === undefined ? undefined : text.shop.opensAt(whenOf(store.opensAt, nowMs, format))
          }
        />
      )}
      {reach?.promise !== undefined && (
        <dl className="grid grid-cols-3 divide-x divide-line rounded-xl border border-line text-center">
          <Fact name={text.shop.atDoor}>
            {minutes === undefined ? '–' : text.shop.minutes(minutes.from, minutes.to)}
          </Fact>
          <Fact name={text.shop.delivery}>
            {reach.deliveryFeeMinor === 0 ? text.shop.free : format.money(reach.deliveryFeeMinor ?? 0)}
          </Fact>
          <Fact name={text.shop.minimumLabel}>
            {store.minimumOrderMinor === 0 ? text.shop.none : format.money(store.minimumOrderMinor)}
          </Fact>
        </dl>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div className="px-2 py-2">
      <dt className="text-xs text-ink-2">{name}</dt>
      <dd className="font-semibold tabular-nums">{children}</dd>
    </div>
  );
}

function Categories({ offers }: { offers: readonly Offer[] }) {
  const categories = byCategory(offers).map(([name], index) => ({ id: String(index), name }));
  return (
    <Chips
      label={text.shop.categories}
      options={categories}
      value={undefined}
      onChange={(index) => document.getElementById(`category-${index}`)?.scrollIntoView({ block: 'start' })}
    />
  );
}

function OfferRow({ offer, wanted, onShow }: { offer: Offer; wanted: number; onShow: () => void }) {
  const { format } = useShop();
  const soldOut = isSoldOut(offer);
  return (
    <button
      type="button"
      data-testid="offer"
      data-id={offer.id}
      onClick={onShow}
      className="flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-surface-2"
    >
      <span className="min-w-0 flex-1">
        <span className={`block text-base font-medium ${soldOut ? 'text-ink-2' : ''}`}>
          {nameIn(offer.names)}
        </span>
        {offer.description !== undefined && (
          <span className="line-clamp-2 text-ink-2">{nameIn(offer.description)}</span>
        )}
        {soldOut && <Tag tone="watch">{text.shop.soldOut}</Tag>}
        {!soldOut && offer.inStock !== undefined && offer.inStock <= 5 && (
          <Tag tone="watch">{text.shop.left(offer.inStock)}</Tag>
        )}
      </span>
      {wanted > 0 && (
        <span className="flex h-7 min-w-7 items-center justify-center rounded-full bg-accent px-2 text-sm font-semibold text-on-accent">
          <span className="sr-only">{text.shop.inBasket(wanted)}</span>
          <span aria-hidden>{wanted}</span>
        </span>
      )}
      <span className="shrink-0 font-medium tabular-nums">{format.money(offer.priceMinor)}</span>
    </button>
  );
}

/** In the order in which the store's articles name them. */
function byCategory(offers: readonly Offer[]): [string, Offer[]][] {
  return [...Map.groupBy(offers, ({ category }) => category)];
}
