/** For comparing what people type: no accents, no case, single spaces. `Bulevar  España` → `bulevar espana`. */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim();
}
