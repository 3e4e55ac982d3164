/** Without accents, case and marks: `Café  Ñandú` becomes `cafe nandu`. */
function plain(words: string): string {
  return words
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * How well a name answers what was typed, 0 to 1: 1 where it holds it as it is, else the share of the typed letter
 * triples that it has, so that a wrong letter still finds.
 */
export function likeness(typed: string, name: string): number {
  const wanted = plain(typed);
  const given = plain(name);
  if (wanted === '') return 0;
  if (given.includes(wanted)) return 1;
  const has = new Set(triples(given));
  const asked = triples(wanted);
  return asked.filter((triple) => has.has(triple)).length / asked.length;
}

function triples(words: string): string[] {
  return words.split(' ').flatMap((word) => {
    const padded = `  ${word} `;
    return Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3));
  });
}
