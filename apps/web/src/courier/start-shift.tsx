import type { Courier, Place } from '@halfhour/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Loading, wordsFor } from '../ui/notice.tsx';
import { courierName, useCourierApp } from './courier-context.tsx';
import { keptKey } from './use-kept.ts';
import { usePosition } from './use-position.ts';

const WayMap = lazy(async () => ({ default: (await import('./map/way-map.tsx')).WayMap }));

const HOURS = [2, 4, 6, 8] as const;
const HOUR_MS = 3_600_000;

/** Where, and until when. The one command that is not kept for later: a shift that starts late is another shift. */
export function StartShift({ courier }: { courier: Courier }) {
  const { market, courierId, format, nowMs } = useCourierApp();
  const queries = useQueryClient();
  const position = usePosition(true);
  const [picked, setPicked] = useState<Place>();
  const [hours, setHours] = useState<number>(4);
  const [key, setKey] = useState(newIdempotencyKey);
  const words = text.courierApp.start;
  const place = picked ?? (position.status === 'known' ? position.place : undefined);
  const now = nowMs();
  const start = useMutation({
    mutationFn: (shift: { position: Place; endsAt: string }) =>
      call('startShift', {
        params: { marketId: market.id, courierId },
        body: { position: { lat: shift.position.lat, lng: shift.position.lng }, endsAt: shift.endsAt },
        idempotencyKey: key,
      }),
    onSuccess: (started) => queries.setQueryData(keptKey(courierName(courierId)), started),
    // Another try may be another shift: the end has moved.
    onSettled: () => setKey(newIdempotencyKey()),
  });
  return (
    <div className="flex min-h-full flex-col">
      <header className="px-4 pt-3 pb-2">
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-ink-2">{courier.name}</p>
      </header>
      <section aria-label={words.where} className="flex min-h-72 flex-1 flex-col">
        <p className="px-4 pb-2 text-sm text-ink-2" role="status" data-testid="where">
          {picked !== undefined
            ? words.picked
            : position.status === 'known'
              ? words.located
              : position.status === 'locating'
                ? words.locating
                : words.refused}
        </p>
        <div className="relative flex-1">
          <Suspense fallback={<Loading />}>
            <WayMap
              market={market}
              lines={[]}
              marks={place === undefined ? [] : [{ ...place, kind: 'self' }]}
              onPick={setPicked}
            />
          </Suspense>
        </div>
      </section>
      <section className="space-y-3 p-4">
        <fieldset>
          <legend className="mb-2 font-medium">{words.until}</legend>
          <div className="flex gap-2">
            {HOURS.map((each) => (
              <label
                key={each}
                className={`flex h-14 flex-1 cursor-pointer flex-col items-center justify-center rounded-md border text-sm has-focus-visible:outline-2 ${
                  each === hours ? 'border-accent bg-accent-soft font-semibold text-accent' : 'border-line'
                }`}
              >
                <input
                  type="radio"
                  name="hours"
                  className="sr-only"
                  checked={each === hours}
                  onChange={() => setHours(each)}
                />
                {words.hours(each)}
                {now !== undefined && <span className="text-xs">{format.time(now + each * HOUR_MS)}</span>}
              </label>
            ))}
          </div>
        </fieldset>
        {start.isError && (
          <p role="alert" className="rounded-md bg-late-soft p-3 text-sm text-late">
            <strong className="block font-medium">{wordsFor(start.error).title}</strong>
            {wordsFor(start.error).hint}
          </p>
        )}
        <Button
          look="primary"
          className="h-16 w-full text-lg!"
          data-testid="start-shift"
          disabled={place === undefined || now === undefined || start.isPending}
          onClick={() => {
            const at = nowMs();
            if (place === undefined || at === undefined) return;
            start.mutate({ position: place, endsAt: new Date(at + hours * HOUR_MS).toISOString() });
          }}
        >
          {words.start}
        </Button>
        {place === undefined ? (
          <p className="text-center text-sm text-ink-2">{words.needsPlace}</p>
        ) : (
          now === undefined && <p className="text-center text-sm text-ink-2">{words.needsConnection}</p>
        )}
      </section>
    </div>
  );
}
