import type { Place } from '@halfhour/contract';
import { useEffect, useRef, useState } from 'react';
import { browserTicker } from '../ui/browser-ticker.ts';
import { useCourierApp } from './courier-context.tsx';

/** A point so often is a smooth line for who watches. */
const EVERY_MS = 5_000;

export type Position =
  | { readonly status: 'locating' }
  | { readonly status: 'known'; readonly place: Place }
  /** The person or the browser says no, or the page is not served over https. */
  | { readonly status: 'refused' };

/** Where the device is, while `isWanted`. */
export function usePosition(isWanted: boolean): Position {
  const [position, setPosition] = useState<Position>({ status: 'locating' });
  useEffect(() => {
    if (!isWanted) return;
    if (!('geolocation' in navigator)) {
      setPosition({ status: 'refused' });
      return;
    }
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) =>
        setPosition({ status: 'known', place: { lat: coords.latitude, lng: coords.longitude } }),
      // One that was known stays: tunnels and lifts are no refusal.
      () => setPosition((before) => (before.status === 'known' ? before : { status: 'refused' })),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 20_000 },
    );
    return () => navigator.geolocation.clearWatch(watch);
  }, [isWanted]);
  return position;
}

/** Puts positions into the outbox while the courier is on shift. */
export function useReporting(isOnShift: boolean): Position {
  const { sender, nowMs } = useCourierApp();
  const position = usePosition(isOnShift);
  const reportedAtMs = useRef(-EVERY_MS);
  const place = position.status === 'known' ? position.place : undefined;
  useEffect(() => {
    if (!isOnShift || place === undefined) return;
    const report = (): void => {
      const now = nowMs();
      const elapsedMs = browserTicker.elapsedMs();
      if (now === undefined || elapsedMs - reportedAtMs.current < EVERY_MS) return;
      reportedAtMs.current = elapsedMs;
      sender.report({ ...place, at: new Date(now).toISOString() });
    };
    report();
    // Who stands still is told too: one who is silent for long gets no work.
    let cancel = browserTicker.after(EVERY_MS * 3, function again() {
      report();
      cancel = browserTicker.after(EVERY_MS * 3, again);
    });
    return () => cancel();
  }, [isOnShift, place, nowMs, sender]);
  return position;
}
