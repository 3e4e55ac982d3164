import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The faces of a document by how they are called in it. */
export interface Fonts {
  readonly latin: Buffer;
  readonly latinBold: Buffer;
  /** Where a text has what the Latin ones lack. */
  readonly chinese?: Buffer;
}

/** Both packages bring the files of Noto Sans (SIL Open Font License 1.1) beside an index of them. */
const LATIN = '@embedpdf/fonts-latin';
const CHINESE = '@embedpdf/fonts-sc';
const reading = new Map<string, Promise<Buffer>>();

/** Read once a process, and the large one only when a text needs it. */
export async function readFonts(isLatinOnly: boolean): Promise<Fonts> {
  const [latin, latinBold, chinese] = await Promise.all([
    read(LATIN, 'NotoSans-Regular.ttf'),
    read(LATIN, 'NotoSans-Bold.ttf'),
    isLatinOnly ? undefined : read(CHINESE, 'NotoSansHans-Regular.otf'),
  ]);
  return { latin, latinBold, ...(chinese === undefined ? {} : { chinese }) };
}

function read(from: string, file: string): Promise<Buffer> {
  const known = reading.get(file);
  if (known !== undefined) return known;
  const found = readFile(fileURLToPath(new URL(`../fonts/${file}`, import.meta.resolve(from))));
  reading.set(file, found);
  return found;
}

/** Latin with its marks, Greek, Cyrillic, and the signs of currencies and punctuation that Noto Sans has. */
export function isLatin(text: string): boolean {
  return /^[\u0020-\u052F\u1E00-\u1FFF\u2000-\u206F\u20A0-\u20C0\u2116\u2122\u2212]*$/.test(text);
}
