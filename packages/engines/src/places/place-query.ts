import { foldText } from './fold-text.ts';

/** What a person may have meant: the whole text as a name, and each way to read a house number in it. */
export interface PlaceQuery {
  readonly text: string;
  readonly readings: readonly { readonly street: string; readonly houseNumber: string }[];
}

const HOUSE_NUMBER = /^\d{1,5}[a-z]{0,3}$/;

/**
 * Reads `18 de Julio 1234 apto 5`: any number after a word may be the house number, and what stands before
 * it the street; a number at the very start may stand before its street (`1234 Rivera`). Streets themselves
 * have numbers (`8 de Octubre`, `Ruta 8`), so all readings are tried and the addresses decide.
 */
export function parsePlaceQuery(query: string): PlaceQuery {
  const words = foldText(query).split(' ').filter(Boolean);
  const readings: { street: string; houseNumber: string }[] = [];
  words.forEach((word, index) => {
    if (!HOUSE_NUMBER.test(word) || !words.slice(0, index).some((before) => /\p{L}{2}/u.test(before))) return;
    readings.push({ street: words.slice(0, index).join(' '), houseNumber: word });
  });
  if (words.length > 1 && HOUSE_NUMBER.test(words[0]!)) {
    readings.push({ street: words.slice(1).join(' '), houseNumber: words[0]! });
  }
  return { text: words.join(' '), readings: readings.slice(0, 4) };
}
