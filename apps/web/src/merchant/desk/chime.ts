import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { browserTicker } from '../../ui/browser-ticker.ts';

const KEY = 'halfhour.merchant.sound';
/** An order that nobody answers calls again this often. */
const AGAIN_MS = 15_000;

/**
 * Two notes, made and not loaded. Browsers play nothing before the page was touched once: a context that begins
 * suspended wakes with the first click anywhere.
 */
class Chime {
  private context: AudioContext | undefined;
  private readonly listeners = new Set<() => void>();
  private on = localStorageSays();

  readonly isOn = (): boolean => this.on;
  /** Whether a sound would be heard now. */
  readonly isAwake = (): boolean => this.context?.state === 'running';
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** From within a click. */
  readonly switchTo = (on: boolean): void => {
    this.on = on;
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off');
    } catch {
      // A browser may refuse storage: then the choice lasts as long as the page.
    }
    this.tell();
    if (on) void this.wake().then(() => this.play());
  };

  readonly wake = async (): Promise<void> => {
    if (this.context === undefined) {
      this.context = new AudioContext();
      this.context.onstatechange = this.tell;
    }
    await this.context.resume();
    this.tell();
  };

  readonly play = (): void => {
    const { context } = this;
    if (!this.on || context?.state !== 'running') return;
    for (const [index, hertz] of [880, 1_175].entries()) {
      const begin = context.currentTime + index * 0.18;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.0001, begin);
      loudness.gain.exponentialRampToValueAtTime(0.35, begin + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.5);
      tone.connect(loudness).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + 0.55);
    }
  };

  private readonly tell = (): void => {
    for (const listener of this.listeners) listener();
  };
}

function localStorageSays(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

const chime = new Chime();

/** Plays for each order that comes, and again while one waits for its answer. */
export function useChime(waiting: readonly { readonly id: string }[] | undefined) {
  const on = useSyncExternalStore(chime.subscribe, chime.isOn);
  const awake = useSyncExternalStore(chime.subscribe, chime.isAwake);
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [rings, setRings] = useState(0);
  useEffect(() => {
    const wake = (): void => void (chime.isOn() && chime.wake());
    addEventListener('pointerdown', wake);
    addEventListener('keydown', wake);
    return () => {
      removeEventListener('pointerdown', wake);
      removeEventListener('keydown', wake);
    };
  }, []);
  const ids = waiting?.map(({ id }) => id).join(' ');
  useEffect(() => {
    if (ids === undefined) return undefined;
    const now = new Set(ids === '' ? [] : ids.split(' '));
    if ([...now].some((id) => known.current?.has(id) !== true)) {
      chime.play();
      setRings((count) => count + 1);
    }
    known.current = now;
    if (now.size === 0) return undefined;
    let cancel = (): void => {};
    const again = (): void => {
      chime.play();
      cancel = browserTicker.after(AGAIN_MS, again);
    };
    cancel = browserTicker.after(AGAIN_MS, again);
    return () => cancel();
  }, [ids]);
  return { on, awake, rings, switchTo: chime.switchTo };
}
