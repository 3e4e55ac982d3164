import { Link, Redirect, useSearchParams } from 'wouter';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { Asked, FIELD, Screen } from './parts.tsx';
import { useDoor, useShop } from './shop-context.tsx';
import { likeness } from './similar.ts';
import { StoreCard } from './store-card.tsx';
import { useMarketNow, useReach } from './use-shop-data.ts';

/** Below that a name is another word. */
const LEAST_LIKENESS = 0.4;

/** Search as you type over the stores that reach the door. */
export function SearchPage() {
  const { path } = useShop();
  const [door] = useDoor();
  const [search, setSearch] = useSearchParams();
  const reach = useReach(door);
  const nowMs = useMarketNow(15_000);
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
      {typed.trim().length < 2 ? (
        <p className="p-4 text-ink-2">{text.shop.searchBegin}</p>
      ) : (
        <Asked query={reach}>
          {(items) => {
            const found = items
              .map((one) => ({ one, like: likeness(typed, one.store.name) }))
              .filter(({ like }) => like >= LEAST_LIKENESS)
              .toSorted((a, b) => b.like - a.like);
            return found.length === 0 ? (
              <Notice icon="empty" title={text.shop.nothingFound(typed)} hint={text.shop.nothingFoundHint}>
                <Link href={path()} className="underline">
                  {text.shop.showEverything}
                </Link>
              </Notice>
            ) : (
              <ul className="divide-y divide-line" aria-live="polite">
                {found.map(({ one }) => (
                  <li key={one.store.id}>
                    <StoreCard reach={one} nowMs={nowMs} />
                  </li>
                ))}
              </ul>
            );
          }}
        </Asked>
      )}
    </Screen>
  );
}
