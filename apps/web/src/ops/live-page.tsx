import { ChevronDown, ChevronUp } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { statusOf } from '../api/index.ts';
import { SignInRedirect } from '../session/sign-in-redirect.tsx';
import { text } from '../text/index.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { useMedia } from '../ui/use-media.ts';
import { WholePage } from '../ui/whole-page.tsx';
import { ClockControl } from './clock-control.tsx';
import { ConnectionBadge } from './connection-badge.tsx';
import { FiguresBar } from './figures-bar.tsx';
import { ForbiddenNotice } from './forbidden-notice.tsx';
import { LiveProvider, useLiveStore, useLiveView } from './live-context.tsx';
import { MarketFormat } from '../ui/market-format.tsx';
import { OpsHeader } from './ops-header.tsx';
import type { Operated } from './ops-page.tsx';
import { SidePanel } from './side-panel.tsx';
import { useSelection } from './use-selection.ts';

// MapLibre is most of the app's size; lists and figures need not wait for it.
const LiveMap = lazy(async () => ({ default: (await import('./map/live-map.tsx')).LiveMap }));

/** The operator's live view of one market. */
export function LivePage(operated: Operated) {
  const { market } = operated;
  useEffect(() => {
    document.title = text.live.pageTitle(market.name);
  }, [market.name]);
  return (
    <LiveProvider key={market.id} marketId={market.id}>
      <Loaded {...operated} />
    </LiveProvider>
  );
}

function Loaded(operated: Operated) {
  const status = useLiveView((view) => view.status);
  const error = useLiveView((view) => ('error' in view ? view.error : undefined));
  const store = useLiveStore();
  if (status === 'refused') {
    if (statusOf(error) === 401) return <SignInRedirect />;
    if (statusOf(error) === 403) return <ForbiddenNotice />;
    return (
      <WholePage>
        <ErrorNotice error={error} />
      </WholePage>
    );
  }
  if (status === 'loading') {
    return (
      <WholePage>
        {error === undefined ? (
          <Loading />
        ) : (
          <ErrorNotice error={error}>
            <Button onClick={store.retryNow}>{text.retry}</Button>
          </ErrorNotice>
        )}
      </WholePage>
    );
  }
  return (
    <MarketFormat market={operated.market}>
      <div className="flex h-dvh flex-col overflow-hidden">
        <OpsHeader {...operated} section="live" status={<ConnectionBadge />}>
          <ClockControl />
        </OpsHeader>
        <FiguresBar />
        <MapAndPanel />
      </div>
    </MarketFormat>
  );
}

/** Side by side on a laptop; on a phone the map on top and the panel as a sheet of three heights below. */
function MapAndPanel() {
  const wide = useMedia('(min-width: 48rem)');
  const [selection] = useSelection();
  const [level, setLevel] = useState(1);
  useEffect(() => {
    if (selection !== undefined) setLevel((before) => Math.max(1, before));
  }, [selection?.id]);
  const map = (
    <ErrorBoundary
      fallback={<Notice icon="problem" title={text.live.mapFailed} hint={text.live.mapNeedsWebGl} />}
    >
      <Suspense fallback={<Loading />}>
        <LiveMap />
      </Suspense>
    </ErrorBoundary>
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col md:flex-row">
      <div className="min-h-24 min-w-0 flex-1">{map}</div>
      <aside
        style={wide ? undefined : { height: ['2.25rem', '54%', '88%'][level] }}
        className="flex min-h-0 shrink-0 flex-col overflow-hidden border-line bg-surface max-md:rounded-t-xl max-md:border-t max-md:shadow-[0_-4px_16px_rgb(0_0_0/0.12)] md:w-96 md:border-l"
      >
        {!wide && <SheetHandle level={level} onChange={setLevel} />}
        <SidePanel />
      </aside>
    </div>
  );
}

/** Drag it, or use its two buttons. */
function SheetHandle({ level, onChange }: { level: number; onChange: (level: number) => void }) {
  const [startY, setStartY] = useState<number>();
  const to = (wanted: number): void => onChange(Math.max(0, Math.min(2, wanted)));
  return (
    <div
      className="flex h-9 shrink-0 touch-none items-center justify-between px-2"
      onPointerDown={(event) => setStartY(event.clientY)}
      onPointerUp={(event) => {
        if (startY !== undefined && Math.abs(event.clientY - startY) > 24) {
          to(level + (event.clientY < startY ? 1 : -1));
        }
        setStartY(undefined);
      }}
      onPointerCancel={() => setStartY(undefined)}
    >
      <IconButton
        label={text.live.sheet.smaller}
        disabled={level === 0}
        onClick={() => to(level - 1)}
        className="disabled:opacity-30"
      >
        <ChevronDown className="size-5" />
      </IconButton>
      <span aria-hidden className="h-1 w-10 rounded-full bg-line" />
      <IconButton
        label={text.live.sheet.larger}
        disabled={level === 2}
        onClick={() => to(level + 1)}
        className="disabled:opacity-30"
      >
        <ChevronUp className="size-5" />
      </IconButton>
    </div>
  );
}
