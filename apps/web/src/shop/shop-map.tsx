import { ROUTES, type Place } from '@halfhour/contract';
import { fromPosition, toPosition } from '@halfhour/kernel';
import { type GeoJSONSource, LngLatBounds, Map as MapLibreMap, Marker, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useRef, useState } from 'react';
import { pathOf } from '../api/index.ts';
import { baseStyle } from '../ui/map/base-style.ts';
import { PALETTES } from '../ui/map/palette.ts';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { useColours } from '../ui/preferences.ts';
import { useShop } from './shop-context.tsx';

// MapLibre 6 looks for its worker beside its own module, where a bundler does not put it.
setWorkerUrl(workerUrl);

export type Mark = 'door' | 'store' | 'courier';

/** What can be shown on the map once it is there. */
export interface ShopMapHandle {
  /** Puts a mark somewhere, or takes it away. */
  mark(kind: Mark, place: Place | undefined): void;
  /** Draws the way; none where there are no points. */
  line(points: readonly Place[]): void;
  /** Moves so far out that all of these are seen. */
  fit(places: readonly Place[]): void;
}

const LOOKS: Readonly<Record<Mark, string>> = {
  door: 'size-5 rounded-full border-4 border-surface bg-ink shadow',
  store: 'size-5 rounded-md border-4 border-surface bg-accent shadow',
  courier: 'size-7 rounded-full border-4 border-surface bg-courier shadow-lg transition-transform',
};

/** The streets of the market with a few marks on them. */
export function ShopMap({
  label,
  centre,
  zoom,
  onReady,
  onTap,
}: {
  label: string;
  /** Where to begin; later changes move nothing. */
  centre: Place;
  zoom: number;
  onReady: (handle: ShopMapHandle) => void;
  onTap?: (place: Place) => void;
}) {
  const { market } = useShop();
  const [, theme] = useColours();
  const container = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const latest = useRef({ centre, zoom, onReady, onTap });
  useEffect(() => {
    latest.current = { centre: latest.current.centre, zoom: latest.current.zoom, onReady, onTap };
  });

  useEffect(() => {
    if (container.current === null) return;
    const { west, south, east, north } = market.bounds;
    let map: MapLibreMap;
    try {
      map = new MapLibreMap({
        container: container.current,
        style: baseStyle(
          PALETTES[theme],
          new URL(pathOf(ROUTES.getStreets.path, { marketId: market.id }), location.href).href,
        ),
        center: toPosition(latest.current.centre),
        zoom: latest.current.zoom,
        maxBounds: [west - 0.1, south - 0.1, east + 0.1, north + 0.1],
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        attributionControl: false,
        fadeDuration: 0,
      });
    } catch (error) {
      console.error(error);
      setFailed(true);
      return;
    }
    map.touchZoomRotate.disableRotation();
    const marks = new Map<Mark, Marker>();
    const handle: ShopMapHandle = {
      mark(kind, place) {
        let marker = marks.get(kind);
        if (place === undefined) {
          marker?.remove();
          marks.delete(kind);
          return;
        }
        if (marker === undefined) {
          const element = document.createElement('div');
          element.className = LOOKS[kind];
          element.dataset['testid'] = `mark-${kind}`;
          marker = new Marker({ element }).setLngLat(toPosition(place)).addTo(map);
          marks.set(kind, marker);
        }
        marker.setLngLat(toPosition(place));
        // For tests, which see no pixels.
        marker.getElement().dataset['at'] = `${place.lat},${place.lng}`;
      },
      line(points) {
        void map.getSource<GeoJSONSource>('way')?.setData({
          type: 'Feature',
          properties: {},
          geometry: { type: 'LineString', coordinates: points.map(toPosition) },
        });
      },
      fit(places) {
        const bounds = new LngLatBounds();
        for (const place of places) bounds.extend(toPosition(place));
        if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration: 0 });
      },
    };
    map.on('style.load', () => {
      map.addSource('way', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      map.addLayer({
        id: 'way',
        type: 'line',
        source: 'way',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': PALETTES[theme].courier, 'line-width': 4, 'line-opacity': 0.6 },
      });
      latest.current.onReady(handle);
    });
    map.on('click', ({ lngLat }) => latest.current.onTap?.(fromPosition([lngLat.lng, lngLat.lat])));
    const takeMiddle = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter') return;
      const { lng, lat } = map.getCenter();
      latest.current.onTap?.(fromPosition([lng, lat]));
    };
    const canvas = map.getCanvas();
    canvas.addEventListener('keydown', takeMiddle);
    return () => {
      canvas.removeEventListener('keydown', takeMiddle);
      map.remove();
    };
  }, [market, theme]);

  return (
    <section aria-label={label} className="relative h-full min-h-0 overflow-hidden bg-surface-2">
      <div ref={container} className="h-full w-full" data-testid="shop-map" />
      {failed && (
        <div className="absolute inset-0 flex items-center bg-surface-2">
          <Notice icon="problem" title={text.live.mapFailed} hint={text.shop.mapNeedsWebGl} />
        </div>
      )}
      <p className="absolute right-0 bottom-0 rounded-tl bg-surface/80 px-1.5 py-0.5 text-[11px] text-ink-2">
        {market.attribution}
      </p>
    </section>
  );
}
