import type { Text } from './en.ts';

/** The languages of the app, each called by its own name; a further one is its file and a line here. */
export const LANGUAGES = { en: 'English', zh: '中文', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

/** Only the reader's catalogue is loaded. */
const CATALOGUES: Readonly<Record<Language, () => Promise<Text>>> = {
  en: async () => (await import('./en.ts')).en,
  zh: async () => (await import('./zh.ts')).zh,
  es: async () => (await import('./es.ts')).es,
};

/**
 * Every word shown, in the language in use. A live binding: read it while drawing, never while a module
 * loads, since `useLanguage` of `ui/` changes it and draws the app again.
 */
export let text: Text;
export let language: Language = 'en';

/** Loads the catalogue of a language and puts it in use. */
export async function speak(wanted: Language): Promise<void> {
  text = await CATALOGUES[wanted]();
  language = wanted;
}

/** The first of the tags (BCP 47) whose language the app speaks; English else. */
export function languageFor(preferred: readonly string[]): Language {
  return preferred.map(primary).find(isLanguage) ?? 'en';
}

/** The reader's own tag for a language where there is one (`es-UY`), for numbers and dates. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => primary(tag) === language) ?? language;
}

export function isLanguage(value: string | null): value is Language {
  return value !== null && Object.hasOwn(LANGUAGES, value);
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0]!;
}
export type { Text };
