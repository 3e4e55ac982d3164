import type { Order, Route, Stop } from '@halfhour/contract';
import { Check, Navigation } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { text } from '../text/index.ts';
import { Loading, Notice } from '../ui/notice.tsx';
import { useCourierApp } from './courier-context.tsx';
import { navigationLink } from './navigation-link.ts';
import { nextStop, withWaiting } from './shown-route.ts';
import { StepCard } from './step-card.tsx';
import type { Position } from './use-position.ts';
import { useOrders, useWay } from './use-work.ts';
import { WayLine } from './way-line.tsx';

const WayMap = lazy(async () => ({ default: (await import('./map/way-map.tsx')).WayMap }));

/** The route as a map and a list of steps, the next one with its large button. */
export function RouteView(props: { route: Route; position: Position; isCutOff: boolean; shift: ReactNode }) {
  const { position, isCutOff, shift } = props;
  const { market, view } = useCourierApp();
  // With a connection the server has the word on each step. Without one the courier goes on.
  const route = useMemo(
    () => (view.isConnected ? props.route : withWaiting(props.route, view.outbox.waiting)),
    [props.route, view],
  );
  const orders = useOrders(props.route);
  const way = useWay(props.route, !isCutOff);
  const next = nextStop(route);
  const words = text.courierApp.route;
  const legs = way.data?.routeId === route.id ? way.data.legs : [];
  const leg = legs.find(({ stopNumber }) => stopNumber === next?.number);
  const marks = route.stops
    .filter(({ completedAt }) => completedAt === undefined)
    .map((stop, index) => ({
      lat: stop.place.lat,
      lng: stop.place.lng,
      kind: stop.kind,
      label: String(route.stops.indexOf(stop) + 1),
      isNext: index === 0,
    }));
  const self = position.status === 'known' ? [{ ...position.place, kind: 'self' as const }] : [];
  if (next === undefined) {
    const isDeclined = route.state === 'cancelled';
    return (
      <div className="m-auto" data-testid="all-made">
        <Notice
          icon="offline"
          title={isDeclined ? words.declined : words.finished}
          hint={isDeclined ? words.declinedHint : words.finishedHint}
        />
      </div>
    );
  }
  return (
    <>
      <div className="relative h-64 shrink-0">
        <Suspense fallback={<Loading />}>
          <WayMap
            market={market}
            lines={legs
              .filter(({ stopNumber }) => stopNumber >= next.number)
              .map(({ points }, index) => ({ points, isNext: index === 0 }))}
            marks={[...marks, ...self]}
          />
        </Suspense>
        {next.arrivedAt === undefined && (
          <a
            href={navigationLink(next.place, navigator.userAgent)}
            target="_blank"
            rel="noreferrer"
            className="absolute right-3 bottom-6 flex h-12 items-center gap-2 rounded-full bg-accent px-4 font-semibold text-on-accent shadow"
          >
            <Navigation aria-hidden className="size-5" />
            {words.navigate}
          </a>
        )}
      </div>
      {next.arrivedAt === undefined && <WayLine leg={leg} isLoading={way.isPending || way.isFetching} />}
      <StepCard key={next.number} route={route} stop={next} orders={orders} legs={legs} />
      <StopList route={route} next={next} orders={orders} />
      {shift}
    </>
  );
}

function StopList({ route, next, orders }: { route: Route; next: Stop; orders: Map<string, Order> }) {
  const { format } = useCourierApp();
  const words = text.courierApp.route;
  return (
    <section aria-label={words.steps} className="space-y-2 px-4 pb-4">
      <h2 className="text-sm font-medium text-ink-2">{words.steps}</h2>
      <ol data-testid="stops">
        {route.stops.map((stop, index) => (
          <li
            key={stop.number}
            aria-current={stop.number === next.number ? 'step' : undefined}
            className="flex items-start gap-3 py-2"
          >
            <span
              aria-hidden
              className={`flex size-7 shrink-0 items-center justify-center rounded-full text-sm font-semibold ${
                stop.number === next.number
                  ? 'bg-accent text-on-accent'
                  : stop.completedAt === undefined
                    ? 'bg-surface-3 text-ink-2'
                    : 'bg-on-time-soft text-on-time'
              }`}
            >
              {stop.completedAt === undefined ? index + 1 : <Check className="size-4" />}
            </span>
            <span className="min-w-0 flex-1">
              <span className="block font-medium">
                {stop.kind === 'pickup'
                  ? (orders.get(stop.orderIds[0] ?? '')?.storeName ?? stop.place.label)
                  : stop.place.label}
              </span>
              <span className="block text-sm text-ink-2">
                {stop.completedAt === undefined
                  ? words.by(format.time(stop.expectedAt))
                  : text.courierApp.route.made}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
