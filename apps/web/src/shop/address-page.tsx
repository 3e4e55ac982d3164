import type { Address, FoundPlace, Place } from '@halfhour/contract';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { LocateFixed, Map as MapIcon, MapPin } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { call } from '../api/index.ts';
import { safeNext } from '../session/safe-next.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Loading } from '../ui/notice.tsx';
import { Asked, FIELD, LARGE, Screen, Word } from './parts.tsx';
import { useDoor, useShop } from './shop-context.tsx';

// MapLibre is most of the app's size.
const PlacePicker = lazy(async () => ({ default: (await import('./place-picker.tsx')).PlacePicker }));

/** Where to deliver to: typed, where the device is, or tapped on the map. `next` says where to go on. */
export function AddressPage() {
  const { market, path } = useShop();
  const [door, keepDoor] = useDoor();
  const [search, setSearch] = useSearchParams();
  const [, navigate] = useLocation();
  const [wanted, setWanted] = useState('');
  const onMap = search.has('map');
  const take = ({ label, lat, lng }: Pick<Address, 'label' | 'lat' | 'lng'>): void => {
    // The note says how to find one door; it is of no use at another.
    keepDoor(door?.label === label ? { ...door, lat, lng } : { label, lat, lng });
    navigate(search.has('next') ? safeNext(search.get('next')) : path(), { replace: true });
  };
  return (
    <Screen title={text.shop.addressTitle} {...(door !== undefined && { back: path() })}>
      {onMap ? (
        <Suspense fallback={<Loading />}>
          <OnMap start={door} onTake={take} />
        </Suspense>
      ) : (
        <div className="space-y-4 p-4">
          <p className="text-ink-2">{text.shop.addressHint(market.name)}</p>
          <label className="block">
            <span className="sr-only">{text.shop.addressLabel}</span>
            <input
              className={FIELD}
              name="address"
              autoComplete="off"
              enterKeyHint="search"
              placeholder={text.shop.addressPlaceholder}
              value={wanted}
              maxLength={200}
              onChange={(event) => setWanted(event.target.value)}
            />
          </label>
          <FoundPlaces wanted={useDeferredValue(wanted.trim())} onTake={take} />
          <Here onTake={take} />
          <Button
            className={LARGE}
            data-testid="on-map"
            onClick={() =>
              setSearch((before) => {
                before.set('map', '1');
                return before;
              })
            }
          >
            <MapIcon aria-hidden className="size-5" />
            {text.shop.chooseOnMap}
          </Button>
        </div>
      )}
    </Screen>
  );
}

type Take = (place: Pick<Address, 'label' | 'lat' | 'lng'>) => void;

function FoundPlaces({ wanted, onTake }: { wanted: string; onTake: Take }) {
  const { market } = useShop();
  const places = useQuery({
    queryKey: ['places', market.id, wanted],
    queryFn: async ({ signal }) =>
      (await call('searchPlaces', { params: { marketId: market.id }, query: { query: wanted }, signal }))
        .items,
    enabled: wanted.length >= 2,
    placeholderData: keepPreviousData,
  });
  if (wanted.length < 2) return null;
  return (
    <Asked query={places}>
      {(items) =>
        items.length === 0 ? (
          <p role="status" className="text-ink-2">
            {text.shop.noPlace}
          </p>
        ) : (
          <ul className="divide-y divide-line rounded-xl border border-line" data-testid="places">
            {items.map((place) => (
              <li key={`${place.label} ${place.lat} ${place.lng}`}>
                <button
                  type="button"
                  className="flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-surface-2"
                  onClick={() => onTake(place)}
                >
                  <MapPin aria-hidden className="size-5 shrink-0 text-ink-3" />
                  {place.label}
                </button>
              </li>
            ))}
          </ul>
        )
      }
    </Asked>
  );
}

/** The address nearest to a point, with the point itself as the door. */
async function nearest(
  marketId: Parameters<typeof placesAt>[0],
  point: Place,
): Promise<FoundPlace | undefined> {
  const [found] = await placesAt(marketId, point);
  return found && { ...found, ...point };
}

async function placesAt(
  marketId: ReturnType<typeof useShop>['market']['id'],
  point: Place,
): Promise<FoundPlace[]> {
  return (await call('searchPlaces', { params: { marketId }, query: { ...point, limit: 1 } })).items;
}

/** Where the device says that it is. Browsers tell it on secure pages alone. */
function Here({ onTake }: { onTake: Take }) {
  const { market } = useShop();
  const here = useMutation({
    mutationFn: async () => {
      const { coords } = await new Promise<GeolocationPosition>((resolve, reject) =>
        navigator.geolocation.getCurrentPosition(resolve, reject, {
          enableHighAccuracy: true,
          timeout: 10_000,
          maximumAge: 60_000,
        }),
      );
      const point = { lat: coords.latitude, lng: coords.longitude };
      const { south, west, north, east } = market.bounds;
      const isInside = point.lat >= south && point.lat <= north && point.lng >= west && point.lng <= east;
      return isInside ? await nearest(market.id, point) : undefined;
    },
    onSuccess: (found) => found && onTake(found),
  });
  if (!isSecureContext || !('geolocation' in navigator)) return null;
  return (
    <>
      <Button className={LARGE} disabled={here.isPending} onClick={() => here.mutate()}>
        <LocateFixed aria-hidden className="size-5" />
        {here.isPending ? text.shop.locating : text.shop.useHere}
      </Button>
      {here.isError && <Word tone="watch" title={text.shop.hereUnknown} hint={text.shop.hereUnknownHint} />}
      {here.isSuccess && here.data === undefined && (
        <Word tone="watch" title={text.shop.hereOutside(market.name)} hint={text.shop.hereUnknownHint} />
      )}
    </>
  );
}

/** A point on the map, told by the address next to it. */
function OnMap({ start, onTake }: { start: Place | undefined; onTake: Take }) {
  const { market } = useShop();
  const [point, setPoint] = useState<Place | undefined>(start && { lat: start.lat, lng: start.lng });
  const found = useQuery({
    queryKey: ['place-at', market.id, point],
    queryFn: async () => (await nearest(market.id, point!)) ?? null,
    enabled: point !== undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <div className="flex h-[calc(100dvh-3.5rem)] flex-col">
      <div className="min-h-0 flex-1">
        <PlacePicker point={point} onPick={setPoint} />
      </div>
      <div className="space-y-3 border-t border-line p-4">
        <p aria-live="polite" className="font-medium" data-testid="picked">
          {point === undefined
            ? text.shop.tapMap
            : found.data === undefined
              ? text.loading
              : (found.data?.label ?? text.shop.noPlace)}
        </p>
        <Button
          look="primary"
          className={LARGE}
          disabled={found.data == null || found.isPlaceholderData}
          onClick={() => found.data != null && onTake(found.data)}
        >
          {text.shop.deliverHere}
        </Button>
      </div>
    </div>
  );
}
