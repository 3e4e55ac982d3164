import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from './en.ts';
import { es } from './es.ts';
import { languageFor, localeOf } from './index.ts';
import { zh } from './zh.ts';

test('the first language of the reader that the app speaks is taken, English else', () => {
  assert.equal(languageFor(['fr-FR', 'zh-Hans-CN', 'en']), 'zh');
  assert.equal(languageFor(['es-UY']), 'es');
  assert.equal(languageFor(['fr', 'de']), 'en');
  assert.equal(languageFor(['toString']), 'en');
});

test('numbers and dates are written as in the reader’s own region, if it speaks the language in use', () => {
  assert.equal(localeOf('es', ['en-GB', 'es-UY']), 'es-UY');
  assert.equal(localeOf('zh', ['en-GB']), 'zh');
});

/** Types see that no message is missing; this sees one that was left in English or empty. */
test('every message is translated', () => {
  // Names, and words that the languages share.
  const same = new Set(['Halfhour', '–', 'ID', 'CSV', 'PDF', 'IBAN', 'pain.001']);
  for (const [name, catalogue] of Object.entries({ zh, es })) {
    const untranslated: string[] = [];
    walk(en, catalogue, '', (path, english, translated) => {
      if (translated.trim() === '') untranslated.push(`${path} is empty`);
      if (english === translated && /[a-z]{5}.* /i.test(english) && !same.has(english))
        untranslated.push(path);
    });
    assert.deepEqual(untranslated, [], name);
  }
});

function walk(
  english: unknown,
  translated: unknown,
  path: string,
  seen: (path: string, english: string, translated: string) => void,
): void {
  if (typeof english === 'string') seen(path, english, String(translated));
  else if (typeof english === 'object' && english !== null) {
    for (const [key, value] of Object.entries(english)) {
      walk(value, (translated as Record<string, unknown>)[key], `${path}.${key}`, seen);
    }
  }
}
