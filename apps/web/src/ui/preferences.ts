import { useSyncExternalStore } from 'react';
import { isLanguage, type Language, language, languageFor, speak } from '../text/index.ts';

/** What the reader chose for this browser: language and colours. Without a choice, what the browser asks for. */
const LANGUAGE_KEY = 'halfhour.language';
const COLOURS_KEY = 'halfhour.colours';

export const COLOURS = ['system', 'light', 'dark'] as const;
export type Colours = (typeof COLOURS)[number];

const listeners = new Set<() => void>();
const darkSystem = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

/** Before the first drawing: loads the catalogue and sets the colours. */
export async function startPreferences(): Promise<void> {
  darkSystem?.addEventListener('change', changed);
  changed();
  const chosen = stored(LANGUAGE_KEY);
  await chooseLanguage(isLanguage(chosen) ? chosen : languageFor(navigator.languages));
}

/** The language in use; the app is drawn anew when it changes. */
export function useLanguage(): [Language, (wanted: Language) => void] {
  const current = useSyncExternalStore(subscribe, () => language);
  return [
    current,
    (wanted) => {
      store(LANGUAGE_KEY, wanted);
      void chooseLanguage(wanted);
    },
  ];
}

/** What the reader chose, and what that is at the moment. */
export function useColours(): [Colours, 'light' | 'dark', (wanted: Colours) => void] {
  const chosen = useSyncExternalStore(subscribe, chosenColours);
  const shown = useSyncExternalStore(subscribe, shownColours);
  return [
    chosen,
    shown,
    (wanted) => {
      store(COLOURS_KEY, wanted);
      changed();
    },
  ];
}

async function chooseLanguage(wanted: Language): Promise<void> {
  await speak(wanted);
  document.documentElement.lang = wanted === 'zh' ? 'zh-Hans' : wanted;
  changed();
}

function chosenColours(): Colours {
  const value = stored(COLOURS_KEY);
  return COLOURS.find((one) => one === value) ?? 'system';
}

function shownColours(): 'light' | 'dark' {
  const chosen = chosenColours();
  return chosen === 'system' ? (darkSystem?.matches ? 'dark' : 'light') : chosen;
}

function changed(): void {
  document.documentElement.dataset['colours'] = shownColours();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A browser may refuse storage, such as in private windows: then the choice lasts as long as the page. */
const kept = new Map<string, string>();

function stored(key: string): string | null {
  try {
    return kept.get(key) ?? localStorage.getItem(key);
  } catch {
    return kept.get(key) ?? null;
  }
}

function store(key: string, value: string): void {
  kept.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept for this page above.
  }
}
