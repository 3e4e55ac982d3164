import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ROUTES } from '@halfhour/contract';
import { pathOf } from '../../api/index.ts';
import { text } from '../../text/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useColours } from '../../ui/preferences.ts';
import { useMedia } from '../../ui/use-media.ts';
import { useLive, useLiveStore } from '../live-context.tsx';
import type { Selection } from '../selection.ts';
import { useSelection } from '../use-selection.ts';
import { HoverCard } from './hover-card.tsx';
import { Legend } from './legend.tsx';
import { type Camera, type Hovered, MapView } from './map-view.ts';

declare global {
  interface Window {
    /** For tests: what the map shows, without looking at pixels. */
    __halfhourMap?: {
      readonly idle: boolean;
      couriers(): ReturnType<MapView['couriersShown']>;
      pixelOf(selection: Selection): { x: number; y: number } | undefined;
    };
  }
}

/** The map of the market, following the live store by itself: React draws only what lies over it. */
export function LiveMap() {
  const store = useLiveStore();
  const market = useLive((state) => state.market);
  const [selection, select] = useSelection();
  const [, theme] = useColours();
  const reduceMotion = useMedia('(prefers-reduced-motion: reduce)');
  const container = useRef<HTMLDivElement>(null);
  const view = useRef<MapView>(undefined);
  const camera = useRef<Camera>(undefined);
  const chosen = useRef(selection);
  const [idle, setIdle] = useState(false);
  const [failed, setFailed] = useState(false);
  const [streetsFailed, setStreetsFailed] = useState(false);
  const [hovered, setHovered] = useState<Hovered>();

  useEffect(() => {
    if (container.current === null) return;
    let map: MapView;
    try {
      map = new MapView({
        container: container.current,
        theme,
        streetsUrl: new URL(pathOf(ROUTES.getStreets.path, { marketId: market.id }), location.href).href,
        bounds: market.bounds,
        camera: camera.current,
        reduceMotion,
        onChoose: (picked) => select(picked?.id),
        onHover: setHovered,
        onIdle: () => setIdle(true),
        onStreetsFailed: () => setStreetsFailed(true),
      });
    } catch (error) {
      console.error(error);
      setFailed(true);
      return;
    }
    view.current = map;
    const show = (): void => {
      const live = store.view();
      if ('state' in live) map.show(live.state);
    };
    show();
    map.choose(chosen.current);
    const unsubscribe = store.subscribe(show);
    window.__halfhourMap = {
      get idle() {
        return map.isIdle;
      },
      couriers: () => map.couriersShown(),
      pixelOf: (picked) => map.pixelOf(picked),
    };
    return () => {
      unsubscribe();
      camera.current = map.camera;
      delete window.__halfhourMap;
      view.current = undefined;
      setIdle(false);
      map.destroy();
    };
  }, [store, market.id, market.bounds, theme, reduceMotion, select]);

  useEffect(() => {
    chosen.current = selection;
    view.current?.choose(selection);
  }, [selection?.id]);

  return (
    <section aria-label={text.live.mapLabel} className="relative h-full min-h-0 overflow-hidden">
      <div ref={container} data-testid="map" data-idle={idle} className="h-full w-full bg-surface-2" />
      {failed && (
        <div className="absolute inset-0 flex items-center bg-surface-2">
          <Notice icon="problem" title={text.live.mapFailed} hint={text.live.mapNeedsWebGl} />
        </div>
      )}
      {!idle && !failed && (
        <div className="pointer-events-none absolute inset-x-0 top-3 flex justify-center">
          <span className="rounded-full border border-line bg-surface px-3 py-1 text-xs text-ink-2 shadow-sm">
            {text.loading}
          </span>
        </div>
      )}
      {streetsFailed && (
        <p
          role="alert"
          className="absolute inset-x-0 top-2 mx-auto flex w-max items-center gap-2 rounded-md border border-line bg-surface px-3 py-1.5 shadow"
        >
          {text.live.streetsFailed}
          <button
            type="button"
            className="underline"
            onClick={() => {
              setStreetsFailed(false);
              view.current?.reloadStreets();
            }}
          >
            {text.retry}
          </button>
        </p>
      )}
      {hovered !== undefined && <HoverCard hovered={hovered} />}
      <div className="absolute top-3 right-3 flex flex-col rounded-lg border border-line bg-surface shadow-sm">
        <IconButton label={text.live.zoomIn} onClick={() => view.current?.zoomBy(1)}>
          <Plus className="size-4" />
        </IconButton>
        <IconButton label={text.live.zoomOut} onClick={() => view.current?.zoomBy(-1)}>
          <Minus className="size-4" />
        </IconButton>
        <IconButton label={text.live.wholeMarket} onClick={() => view.current?.showAll()}>
          <Maximize className="size-4" />
        </IconButton>
      </div>
      <Legend />
      <p
        data-testid="attribution"
        className="absolute right-0 bottom-0 rounded-tl bg-surface/80 px-1.5 py-0.5 text-[11px] text-ink-2"
      >
        {market.attribution}
      </p>
    </section>
  );
}
