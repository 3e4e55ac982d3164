import type { Reach } from '@halfhour/contract';
import { useDeferredValue } from 'react';
import { Link, Redirect, useSearchParams } from 'wouter';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { Tag } from '../ui/tag.tsx';
import { isSoldOut } from './choices.ts';
import { Asked, FIELD, Screen } from './parts.tsx';
import { nameIn, useDoor, useShop } from './shop-context.tsx';
import { likeness } from './similar.ts';
import { StoreCard } from './store-card.tsx';
import { type FoundOffer, useFoundOffers, useMarketNow, useReach } from './use-shop-data.ts';

/** Below that a name is another word. */
const LEAST_LIKENESS = 0.4;
const MAX_STORES = 5;
/** A letter alone finds everything; a character of Chinese is a word. */
const ENOUGH = /.{2}|\p{Script=Han}/u;

/** Search as you type over stores and articles that reach the door. */
export function SearchPage() {
  const { path } = useShop();
  const [door] = useDoor();
  const [search, setSearch] = useSearchParams();
  const typed = search.get('q') ?? '';
  if (door === undefined) return <Redirect to={path('/address')} replace />;
  return (
    <Screen
      title={text.shop.tabs.search}
      tabs
      head={
        <div className="px-4 pb-3">
          <input
            className={FIELD}
            type="search"
            name="search"
            aria-label={text.shop.searchHint}
            placeholder={text.shop.searchHint}
            autoFocus
            maxLength={100}
            value={typed}
            onChange={({ target: { value } }) =>
              setSearch(value === '' ? {} : { q: value }, { replace: true })
            }
          />
        </div>
      }
    >
      {ENOUGH.test(typed.trim()) ? (
        <Results typed={typed.trim()} />
      ) : (
        <p className="p-4 text-ink-2">{text.shop.searchBegin}</p>
      )}
    </Screen>
  );
}

function Results({ typed }: { typed: string }) {
  const { path } = useShop();
  const [door] = useDoor();
  const reach = useReach(door);
  const asked = useDeferredValue(typed);
  const found = useFoundOffers(door, asked);
  const nowMs = useMarketNow(15_000);
  return (
    <Asked query={reach}>
      {(items) => {
        const stores = items
          .map((one) => ({ one, like: likeness(typed, one.store.name) }))
          .filter(({ like }) => like >= LEAST_LIKENESS)
          .toSorted((a, b) => b.like - a.like)
          .slice(0, MAX_STORES);
        return (
          <div aria-live="polite">
            {stores.length > 0 && (
              <section>
                <h2 className="px-4 pt-4 pb-1 text-base font-semibold">{text.shop.stores}</h2>
                <ul className="divide-y divide-line">
                  {stores.map(({ one }) => (
                    <li key={one.store.id}>
                      <StoreCard reach={one} nowMs={nowMs} />
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <Asked query={found}>
              {(offers) =>
                offers.length === 0 && stores.length === 0 ? (
                  <Notice
                    icon="empty"
                    title={text.shop.nothingFound(typed)}
                    hint={text.shop.nothingFoundHint}
                  >
                    <Link href={path()} className="underline">
                      {text.shop.showEverything}
                    </Link>
                  </Notice>
                ) : (
                  <Offers offers={offers} reach={items} />
                )
              }
            </Asked>
          </div>
        );
      }}
    </Asked>
  );
}

function Offers({ offers, reach }: { offers: readonly FoundOffer[]; reach: readonly Reach[] }) {
  const { path, format } = useShop();
  if (offers.length === 0) return null;
  const states = new Map(reach.map(({ store, state }) => [store.id, state]));
  return (
    <section>
      <h2 className="px-4 pt-5 pb-1 text-base font-semibold">{text.shop.articles}</h2>
      <ul className="divide-y divide-line">
        {offers.map(({ offer, storeName }) => {
          const state = states.get(offer.storeId);
          return (
            <li key={offer.id}>
              <Link
                href={path(`/stores/${offer.storeId}?offer=${offer.id}`)}
                data-testid="found-offer"
                data-id={offer.id}
                className="flex items-center gap-3 px-4 py-3 hover:bg-surface-2"
              >
                <span className="min-w-0 flex-1">
                  <span className="block text-base font-medium">{nameIn(offer.names)}</span>
                  <span className="block truncate text-ink-2">{storeName}</span>
                  {isSoldOut(offer) ? (
                    <Tag tone="watch">{text.shop.soldOut}</Tag>
                  ) : (
                    state !== undefined && state !== 'open' && <Tag>{text.shop.states[state]}</Tag>
                  )}
                </span>
                <span className="shrink-0 font-medium tabular-nums">{format.money(offer.priceMinor)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
