import { en, type Text } from './en.ts';

const LANGUAGES: Readonly<Record<string, Text>> = { en };

/** The text for the first of the reader's languages that the app speaks; English else. */
export function textFor(preferred: readonly string[]): Text {
  for (const tag of preferred) {
    const found = LANGUAGES[tag.toLowerCase().split('-')[0]!];
    if (found !== undefined) return found;
  }
  return en;
}

export const text: Text = textFor(globalThis.navigator?.languages ?? []);
export type { Text };
