import type { Courier, Market, Route, User } from '@halfhour/contract';
import type { CourierId } from '@halfhour/kernel';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { language, localeOf } from '../text/index.ts';
import { browserTicker } from '../ui/browser-ticker.ts';
import { createFormat, type Format } from '../ui/format.ts';
import { keep, onKeptElsewhere, readKept } from './device-store.ts';
import { OutboxSender, type SenderView } from './outbox/outbox-sender.ts';
import { sendCommand, sendPoints } from './outbox/send-command.ts';
import { keptKey, READ } from './use-kept.ts';

/** What all pages of one courier share. */
export interface CourierApp {
  readonly market: Market;
  readonly courierId: CourierId;
  readonly user: User;
  readonly format: Format;
  readonly sender: OutboxSender;
  /** What the outbox holds, and whether it can be sent. */
  readonly view: SenderView;
  /** By the market's clock, once it is known. */
  readonly nowMs: () => number | undefined;
}

const Context = createContext<CourierApp | undefined>(undefined);

export function useCourierApp(): CourierApp {
  const app = use(Context);
  if (app === undefined) throw new Error('outside of CourierProvider');
  return app;
}

/** The courier, as the server told it last. */
export const courierName = (courierId: CourierId): string => `${courierId}/courier`;

/** The route that a courier carries out, as the server told it last. */
export const routeName = (courierId: CourierId): string => `${courierId}/route`;

export function CourierProvider(props: {
  market: Market;
  courierId: CourierId;
  user: User;
  children: ReactNode;
}) {
  const { market, courierId, user, children } = props;
  const { sender, view } = useSender(market, courierId);
  const nowMs = useMarketClock(market);
  const locale = localeOf(language, navigator.languages);
  const format = useMemo(() => createFormat(locale, market.timeZone, market.currency), [locale, market]);
  const app = useMemo(
    () => ({ market, courierId, user, format, sender, view, nowMs }),
    [market, courierId, user, format, sender, view, nowMs],
  );
  return <Context value={app}>{children}</Context>;
}

/** One sender for all pages of the courier, for as long as they are open. */
function useSender(market: Market, courierId: CourierId): { sender: OutboxSender; view: SenderView } {
  const queries = useQueryClient();
  const marketId = market.id;
  const name = `outbox.${courierId}`;
  const [, redraw] = useState<SenderView>();
  const sender = useMemo(() => {
    const show = (of: string, answer: unknown): void => {
      const key = keptKey(of);
      // An answer that is under way is older than this one.
      void queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, answer);
      keep(READ + of, JSON.stringify(answer));
    };
    const onRoute = (route: Route): void => {
      const isOpen = route.state === 'assigned' || route.state === 'started';
      show(routeName(courierId), { route: isOpen ? route : null });
    };
    const onCourier = (courier: Courier): void => show(courierName(courierId), courier);
    let waited = 0;
    return new OutboxSender({
      storage: { read: () => readKept(name), write: (text) => keep(name, text) },
      send: (waiting) => sendCommand({ marketId, courierId, onRoute, onCourier }, waiting),
      sendPoints: (points) => sendPoints({ marketId, courierId }, points),
      newKey: newIdempotencyKey,
      ticker: browserTicker,
      onChange: (view) => {
        redraw(view);
        const { length } = view.outbox.waiting;
        // Once all is answered, not in between: what is on its way there would be older than what is shown.
        const isAnswered = length === 0 && waited > 0;
        waited = length;
        if (isAnswered) {
          void queries.invalidateQueries({ queryKey: keptKey(courierId) }, { cancelRefetch: false });
        }
      },
    });
  }, [queries, marketId, courierId, name]);
  useEffect(() => {
    const look = (): void => sender.sendNow();
    addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    const forgetWindow = onKeptElsewhere(name, () => redraw(sender.view()));
    sender.start();
    return () => {
      sender.stop();
      forgetWindow();
      removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [sender, name]);
  return { sender, view: sender.view() };
}

/**
 * The market's time as the server told it: a demo's runs faster, and the device's own may be wrong. Unknown until it was
 * told since the page began, since a kept one would be of another time.
 */
function useMarketClock(market: Market): () => number | undefined {
  const { data } = useQuery({
    queryKey: ['courier', 'clock', market.id],
    queryFn: async ({ signal }) => {
      const clock = await call('getClock', { params: { marketId: market.id }, signal });
      return { clock, elapsedMs: browserTicker.elapsedMs() };
    },
    refetchInterval: 60_000,
    retry: true,
    retryDelay: 5_000,
  });
  return useMemo(
    () => () => {
      if (data === undefined) return undefined;
      const { clock, elapsedMs } = data;
      return Date.parse(clock.now) + (browserTicker.elapsedMs() - elapsedMs) * clock.speed;
    },
    [data],
  );
}
