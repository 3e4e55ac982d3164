import type { CourierWay, Order, Route, Stop } from '@halfhour/contract';
import { type ReactNode, useId, useState } from 'react';
import { Link } from 'wouter';
import { language, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { shortCode } from '../ui/short-code.ts';
import { Tag } from '../ui/tag.tsx';
import { useCourierApp } from './courier-context.tsx';
import { isPending } from './outbox/outbox.ts';
import type { Command } from './outbox/outbox.ts';
import { distance } from './way-line.tsx';

/** The next step, and the one large button that makes it. */
export function StepCard(props: {
  route: Route;
  stop: Stop;
  orders: Map<string, Order>;
  legs: CourierWay['legs'];
}) {
  const { route, stop, orders, legs } = props;
  const { format } = useCourierApp();
  const words = text.courierApp.route;
  const isThere = stop.arrivedAt !== undefined;
  const isPickup = stop.kind === 'pickup';
  const [order] = stop.orderIds.map((id) => orders.get(id));
  const title = isPickup ? (isThere ? words.atStore : words.toStore) : isThere ? words.atDoor : words.toDoor;
  const ready = stop.orderIds.every((id) => orders.get(id)?.state === 'ready');
  const place = { routeId: route.id, stopNumber: stop.number };
  return (
    <section aria-labelledby="step" className="space-y-3 p-4" data-testid="step" data-stop={stop.number}>
      {route.state === 'assigned' && <RouteFacts route={route} legs={legs} />}
      <div>
        <div className="flex items-baseline justify-between gap-2">
          <h2 id="step" className="text-sm font-medium text-ink-2">
            {title}
          </h2>
          <span className="text-sm text-ink-2">{words.by(format.time(stop.expectedAt))}</span>
        </div>
        <p className="text-xl leading-snug font-semibold">
          {isPickup ? (order?.storeName ?? stop.place.label) : stop.place.label}
        </p>
        {isPickup && order !== undefined && <p className="text-ink-2">{stop.place.label}</p>}
        {stop.place.note !== undefined && <p className="mt-1 rounded bg-surface-2 p-2">{stop.place.note}</p>}
      </div>
      {!isPickup && order?.cashToCollectMinor !== undefined && (
        <p className="rounded-lg bg-at-risk-soft p-3 text-lg font-semibold text-at-risk" data-testid="cash">
          {words.cash(format.money(order.cashToCollectMinor))}
        </p>
      )}
      {isPickup && <Bags stop={stop} orders={orders} />}
      {!isThere ? (
        <BigButton command={{ kind: 'arrive', ...place }} stop={stop} testId="arrive">
          {isPickup ? words.arrivedStore : words.arrivedDoor}
        </BigButton>
      ) : isPickup ? (
        <>
          {!ready && order?.expectedReadyAt !== undefined && (
            <p className="text-sm text-at-risk">{words.readyAt(format.time(order.expectedReadyAt))}</p>
          )}
          <BigButton command={{ kind: 'complete', ...place }} stop={stop} testId="complete">
            {words.pickedUp}
          </BigButton>
        </>
      ) : (
        <HandOver place={place} stop={stop} />
      )}
      {isPickup && <CannotLink routeId={route.id} />}
    </section>
  );
}

/** What the route brings, as long as it can be declined. */
function RouteFacts({ route, legs }: { route: Route; legs: CourierWay['legs'] }) {
  const { format } = useCourierApp();
  const words = text.courierApp.route;
  const sum = (of: (leg: CourierWay['legs'][number]) => number): number =>
    legs.reduce((total, leg) => total + of(leg), 0);
  const facts: [string, string][] = [
    [words.pay, format.money(route.payMinor)],
    [words.way, legs.length === 0 ? '–' : distance(sum(({ metres }) => metres))],
    [
      words.time,
      legs.length === 0 ? '–' : words.minutes(Math.max(1, Math.round(sum(({ seconds }) => seconds) / 60))),
    ],
  ];
  return (
    <div className="space-y-2 rounded-lg border border-line p-3" data-testid="facts">
      <div className="flex items-center gap-2">
        <Tag tone="accent">{words.new}</Tag>
        <span className="text-sm text-ink-2">{words.orders(route.stops.length - 1)}</span>
      </div>
      <dl className="grid grid-cols-3 gap-2">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-ink-2">{name}</dt>
            <dd className="text-lg font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-ink-2">{route.byHand === true ? words.byHand : words.yours}</p>
    </div>
  );
}

/** What is to be collected, a bag an order. */
function Bags({ stop, orders }: { stop: Stop; orders: Map<string, Order> }) {
  const words = text.courierApp.route;
  return (
    <ul className="divide-y divide-line rounded-lg border border-line" data-testid="bags">
      {stop.orderIds.map((id) => {
        const order = orders.get(id);
        return (
          <li key={id} className="px-3 py-2">
            <p className="flex items-center justify-between gap-2 font-medium">
              {words.order(shortCode(id))}
              {order !== undefined && (
                <Tag tone={order.state === 'ready' ? 'good' : 'watch'}>
                  {order.state === 'ready' ? words.ready : words.notReady}
                </Tag>
              )}
            </p>
            {order !== undefined && (
              <ul className="text-sm text-ink-2">
                {order.lines.map((line, index) => (
                  <li key={index}>{words.quantity(line.quantity, line.names[language] ?? line.names.en)}</li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function HandOver({ place, stop }: { place: { routeId: Route['id']; stopNumber: number }; stop: Stop }) {
  const [code, setCode] = useState('');
  const id = useId();
  const words = text.courierApp.route;
  return (
    <div className="space-y-3">
      <label htmlFor={id} className="block font-medium">
        {words.code}
      </label>
      <input
        id={id}
        data-testid="code"
        inputMode="numeric"
        autoComplete="off"
        pattern="[0-9]{4}"
        maxLength={4}
        value={code}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setCode(event.target.value.replaceAll(/\D/g, ''))}
        className="h-16 w-full rounded-md border border-line bg-surface text-center font-mono text-3xl tracking-[0.5em]"
      />
      <p id={`${id}-hint`} className="text-sm text-ink-2">
        {words.codeHint}
      </p>
      <BigButton
        command={{ kind: 'complete', ...place, code }}
        stop={stop}
        testId="complete"
        isOff={code.length !== 4}
      >
        {words.handOver}
      </BigButton>
    </div>
  );
}

/** One tap: kept at once, sent when it can be. Stays above the tabs, where the thumb is, however much stands above it. */
function BigButton(props: {
  command: Command;
  stop: Stop;
  testId: string;
  isOff?: boolean;
  children: ReactNode;
}) {
  const { command, stop, testId, isOff = false, children } = props;
  const { sender, view, nowMs } = useCourierApp();
  const [isFull, setFull] = useState(false);
  const isSending = isPending(view.outbox, command);
  return (
    <div className="sticky bottom-0 -mx-4 bg-surface px-4 py-2">
      <Button
        look="primary"
        data-testid={testId}
        className="h-16 w-full text-lg!"
        disabled={isOff || isSending}
        onClick={() => {
          setFull(!sender.submit(command));
          const now = nowMs();
          // Who arrives is there, whether or not the device says where it is.
          if (command.kind === 'arrive' && now !== undefined) {
            const { lat, lng } = stop.place;
            sender.report({ lat, lng, at: new Date(now).toISOString() });
          }
        }}
      >
        {isSending ? text.courierApp.route.checking : children}
      </Button>
      {isFull && (
        <p role="alert" className="text-sm text-late">
          {text.courierApp.outbox.full}
        </p>
      )}
    </div>
  );
}

/** Leads to the reasons. */
function CannotLink({ routeId }: { routeId: string }) {
  const { market } = useCourierApp();
  return (
    <Link
      href={`/courier/${market.slug}/cannot/${routeId}`}
      data-testid="cannot"
      className="flex h-12 items-center justify-center text-ink-2 underline"
    >
      {text.courierApp.route.decline}
    </Link>
  );
}
