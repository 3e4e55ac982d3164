import type { Names, OptionGroup, TaxClass } from '@halfhour/contract';
import { invariant } from '@halfhour/kernel';
import { optionGroupById } from './option-groups.ts';

/** What a demo store can sell, before a store gives it a price level and a stock. */
export interface CatalogueArticle {
  /** Unique within one catalogue. */
  readonly slug: string;
  readonly names: Names;
  readonly description?: Names;
  readonly category: string;
  readonly gtin?: string;
  readonly taxClass: TaxClass;
  readonly pesos: number;
  readonly optionGroups: readonly OptionGroup[];
}

/**
 * Reads a menu table: `= category`, then `English | Spanish | Chinese | pesos | option groups |
 * English description ~ Spanish description`. Prepared food bears the standard tax. A malformed line throws.
 */
export function parseMenu(table: string): CatalogueArticle[] {
  return readRows(table).map(({ category, cells }) => {
    const [en, es, zh, price, groups = '', descriptions = ''] = cells;
    const pesos = Number(price);
    invariant(en && es && zh && Number.isInteger(pesos) && pesos > 0, `menu line: ${cells.join(' | ')}`);
    const [descriptionEn, descriptionEs] = descriptions.split('~').map((text) => text.trim());
    return {
      slug: slugOf(en),
      names: { en, es, zh },
      ...(descriptionEn
        ? { description: { en: descriptionEn, ...(descriptionEs ? { es: descriptionEs } : {}) } }
        : {}),
      category,
      taxClass: 'standard',
      pesos,
      optionGroups: groups.split(' ').filter(Boolean).map(optionGroupById),
    };
  });
}

export interface TableRow {
  readonly category: string;
  readonly cells: readonly string[];
}

/** Lines of a table with the category heading that each stands under. */
export function readRows(table: string): TableRow[] {
  const rows: TableRow[] = [];
  let category = '';
  for (const line of table.split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    if (text.startsWith('= ')) {
      category = text.slice(2);
      continue;
    }
    invariant(category !== '', `a line before the first category: ${text}`);
    rows.push({ category, cells: text.split('|').map((cell) => cell.trim()) });
  }
  return rows;
}

/** Lower-case Latin letters and digits with single hyphens; accents are dropped. */
export function slugOf(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
