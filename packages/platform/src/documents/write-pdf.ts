import PdfDocument from 'pdfkit';
import { isLatin, readFonts } from './fonts.ts';
import { type Cell, type Paper, decimalText } from './paper.ts';

/** Points: 72 an inch. */
const MARGIN = 48;
const FOOT = 40;
const GAP = 8;
const SIZE = { title: 16, body: 8.5, small: 7.5 } as const;
const INK = { text: '#1b1f23', faint: '#5c6670', rule: '#c9cfd6' } as const;
const NAME_WIDTH = 130;

/**
 * A paper as PDF: A4, its facts, its lines over as many pages as they need with the head on each, totals and notes, and
 * the number of each page. The same paper gives the same bytes: the only moment in it is the paper's own.
 */
export async function writePdf(paper: Paper): Promise<Buffer> {
  const fonts = await readFonts(textsOf(paper).every(isLatin));
  const doc = new PdfDocument({
    size: 'A4',
    margin: MARGIN,
    // A text below the margin would begin a page of its own; the pages are ours to begin.
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    bufferPages: true,
    lang: paper.language,
    info: {
      Title: paper.title,
      Creator: 'Halfhour',
      Producer: 'Halfhour',
      CreationDate: new Date(paper.at),
    },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.registerFont('latin', fonts.latin);
  doc.registerFont('latin-bold', fonts.latinBold);
  if (fonts.chinese !== undefined) doc.registerFont('chinese', fonts.chinese);
  new Sheet(doc, paper).write();
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

function textsOf({ title, facts, columns, rows, totals, notes }: Paper): string[] {
  return [
    title,
    ...facts.flat(),
    ...columns.map(({ name }) => name),
    ...rows.flat().filter((cell) => typeof cell === 'string'),
    ...totals.map(([name]) => name),
    ...notes,
  ];
}

/** Where on which page the next line goes. */
class Sheet {
  readonly #doc: PDFKit.PDFDocument;
  readonly #paper: Paper;
  readonly #columns: readonly { readonly x: number; readonly width: number }[];
  readonly #width: number;
  #y = MARGIN;

  constructor(doc: PDFKit.PDFDocument, paper: Paper) {
    this.#doc = doc;
    this.#paper = paper;
    this.#width = doc.page.width - 2 * MARGIN;
    const shares = paper.columns.reduce((sum, { share }) => sum + share, 0);
    const room = this.#width - GAP * (paper.columns.length - 1);
    let x = MARGIN;
    this.#columns = paper.columns.map(({ share }) => {
      const column = { x, width: (room * share) / shares };
      x += column.width + GAP;
      return column;
    });
  }

  write(): void {
    const { title, facts, rows, totals, notes, columns } = this.#paper;
    this.#put(title, MARGIN, this.#width, { size: SIZE.title, bold: true });
    this.#y += 30;
    for (const [name, value] of facts) {
      this.#put(name, MARGIN, NAME_WIDTH, { color: INK.faint });
      const height = this.#put(value, MARGIN + NAME_WIDTH, this.#width - NAME_WIDTH, { wraps: true });
      this.#y += height + 3;
      this.#turnIfFull(0);
    }
    this.#y += 12;
    if (columns.length > 0) this.#head();
    for (const row of rows) this.#row(row);
    this.#y += 6;
    for (const [name, minor] of totals) {
      this.#turnIfFull(16);
      const half = this.#width / 2;
      this.#put(name, MARGIN + half, half - 110, { bold: true });
      this.#put(this.#amount(minor), MARGIN + this.#width - 110, 110, { bold: true, right: true });
      this.#y += 15;
    }
    this.#y += 10;
    for (const note of notes) {
      this.#turnIfFull(30);
      this.#y +=
        this.#put(note, MARGIN, this.#width, { color: INK.faint, size: SIZE.small, wraps: true }) + 3;
    }
    this.#numberPages();
  }

  #head(): void {
    for (const [at, { name, kind }] of this.#paper.columns.entries()) {
      const { x, width } = this.#columns[at]!;
      this.#put(name, x, width, { bold: true, size: SIZE.small, right: kind === 'amount' });
    }
    this.#y += 13;
    this.#rule();
    this.#y += 4;
  }

  #row(cells: readonly Cell[]): void {
    if (this.#turnIfFull(14)) this.#head();
    for (const [at, cell] of cells.entries()) {
      const { x, width } = this.#columns[at]!;
      const isAmount = typeof cell === 'number';
      this.#put(isAmount ? this.#amount(cell) : cell, x, width, { right: isAmount });
    }
    this.#y += 13;
  }

  /** Begins another page where `height` has no room on this one. */
  #turnIfFull(height: number): boolean {
    if (this.#y + height <= this.#doc.page.height - MARGIN - FOOT) return false;
    this.#doc.addPage();
    this.#y = MARGIN;
    return true;
  }

  #rule(): void {
    this.#doc
      .moveTo(MARGIN, this.#y)
      .lineTo(MARGIN + this.#width, this.#y)
      .lineWidth(0.5)
      .strokeColor(INK.rule)
      .stroke();
  }

  /** @returns how high it is; on one line, cut with an ellipsis, unless it wraps */
  #put(
    text: string,
    x: number,
    width: number,
    look: {
      readonly size?: number;
      readonly bold?: boolean;
      readonly right?: boolean;
      readonly color?: string;
      readonly wraps?: boolean;
    } = {},
  ): number {
    const { size = SIZE.body, bold = false, right = false, color = INK.text, wraps = false } = look;
    const doc = this.#doc;
    doc
      .font(isLatin(text) ? (bold ? 'latin-bold' : 'latin') : 'chinese')
      .fontSize(size)
      .fillColor(color);
    const options: PDFKit.Mixins.TextOptions = { width, align: right ? 'right' : 'left', lineGap: 1 };
    const line = doc.currentLineHeight(true);
    const height = wraps ? doc.heightOfString(text, options) : line;
    doc.text(text, x, this.#y, wraps ? options : { ...options, height: line, ellipsis: '…' });
    return height;
  }

  #amount(minor: number): string {
    const { language, currency } = this.#paper;
    const [whole, part] = decimalText(minor, currency).split('.');
    const [thousands, point] = language === 'es' ? ['.', ','] : [',', '.'];
    const grouped = whole!.replaceAll(/\B(?=(\d{3})+$)/g, thousands!);
    return part === undefined ? grouped : `${grouped}${point}${part}`;
  }

  #numberPages(): void {
    const { start, count } = this.#doc.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.#doc.switchToPage(page);
      this.#y = this.#doc.page.height - FOOT;
      this.#put(`${page + 1} / ${count}`, MARGIN, this.#width, {
        size: SIZE.small,
        color: INK.faint,
        right: true,
      });
      this.#put(this.#paper.title, MARGIN, this.#width - 60, { size: SIZE.small, color: INK.faint });
    }
  }
}
