import { type Market, type Place, ROUTES } from '@halfhour/contract';
import { useEffect, useRef, useState } from 'react';
import { pathOf } from '../../api/index.ts';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { useColours } from '../../ui/preferences.ts';
import { type WayLineShown, type WayMark, WayView } from './way-view.ts';

/** A map of the next stops and the way to them; with `onPick` a tap says a place. */
export function WayMap(props: {
  market: Market;
  lines: readonly WayLineShown[];
  marks: readonly WayMark[];
  onPick?: (place: Place) => void;
}) {
  const { market, lines, marks, onPick } = props;
  const [, theme] = useColours();
  const container = useRef<HTMLDivElement>(null);
  const view = useRef<WayView>(undefined);
  const picking = useRef(onPick);
  picking.current = onPick;
  const [failed, setFailed] = useState(false);
  const [idle, setIdle] = useState(false);
  const shown = JSON.stringify([lines, marks]);
  const latest = useRef({ lines, marks });
  latest.current = { lines, marks };

  useEffect(() => {
    if (container.current === null) return;
    try {
      const { bounds } = market;
      const path = pathOf(ROUTES.getStreets.path, { marketId: market.id });
      const made = new WayView({
        container: container.current,
        theme,
        streetsUrl: new URL(path, location.href).href,
        bounds,
        onPick: (place) => picking.current?.(place),
        onIdle: () => setIdle(true),
      });
      view.current = made;
      made.show(latest.current.lines, latest.current.marks);
      return () => {
        view.current = undefined;
        made.destroy();
      };
    } catch (error) {
      console.error(error);
      setFailed(true);
      return;
    }
  }, [market, theme]);

  useEffect(() => {
    view.current?.show(latest.current.lines, latest.current.marks);
  }, [shown]);

  if (failed) return <Notice icon="problem" title={text.courierApp.map.failed} />;
  return (
    <section aria-label={text.courierApp.map.label} className="absolute inset-0">
      <div ref={container} data-testid="way-map" data-idle={idle} className="size-full" />
      <p className="pointer-events-none absolute right-0 bottom-0 rounded-tl bg-surface/80 px-1.5 py-0.5 text-[11px] text-ink-2">
        {market.attribution}
      </p>
    </section>
  );
}
