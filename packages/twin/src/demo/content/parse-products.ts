import type { Names, TaxClass } from '@halfhour/contract';
import { invariant } from '@halfhour/kernel';
import { restrictedGtin } from '../gtin.ts';
import { type CatalogueArticle, readRows, slugOf } from './parse-menu.ts';

const TAX_CLASSES: Readonly<Record<string, TaxClass>> = { s: 'standard', r: 'reduced', e: 'exempt' };
/** Sold loose or made in the shop: no brand in the name and no GTIN. */
const UNBRANDED = new Set(['Granel', 'Horno propio', 'Flor de Estación', 'Vivero Norte', 'Mimo']);

/**
 * Reads tables of packaged articles: `English | Spanish | Chinese | tax class | brand:size:pesos, …`; each
 * brand and size becomes an article. GTINs are numbered through all tables given, so pass them together.
 * A malformed line throws.
 */
export function parseProducts(tables: readonly string[]): CatalogueArticle[][] {
  let number = 0;
  return tables.map((table) =>
    readRows(table).flatMap(({ category, cells }) => {
      const [en, es, zh, tax = '', variants = ''] = cells;
      const taxClass = TAX_CLASSES[tax];
      invariant(en && es && zh && taxClass && cells.length === 5, `product line: ${cells.join(' | ')}`);
      return variants.split(',').map((variant) => {
        const [brand = '', size = '', price] = variant.trim().split(':');
        const pesos = Number(price);
        invariant(brand && size && Number.isInteger(pesos) && pesos > 0, `variant: ${variant}`);
        const names = nameVariant({ en, es, zh }, UNBRANDED.has(brand) ? '' : brand, size);
        number += 1;
        const article = {
          slug: slugOf(`${en} ${brand} ${size}`),
          names,
          category,
          taxClass,
          pesos,
          optionGroups: [],
        };
        return UNBRANDED.has(brand) ? article : { ...article, gtin: restrictedGtin(number) };
      });
    }),
  );
}

function nameVariant(base: Record<'en' | 'es' | 'zh', string>, brand: string, size: string): Names {
  const [amount = '', unit = ''] = size.split(' ');
  const join = (...parts: string[]): string => parts.filter(Boolean).join(' ');
  if (unit === 'u') {
    const count = amount === '1' ? '' : `× ${amount}`;
    return {
      en: join(base.en, brand, count),
      es: join(base.es, brand, count),
      zh: join(base.zh, brand, count),
    };
  }
  if (unit === 'comp.') {
    return {
      en: join(base.en, brand, `${amount} tablets`),
      es: join(base.es, brand, `${amount} comp.`),
      zh: join(base.zh, brand, `${amount}片`),
    };
  }
  const spanishSize = size.replace('.', ',').replace(/ l$/, ' L');
  return {
    en: join(base.en, brand, size),
    es: join(base.es, brand, spanishSize),
    zh: join(base.zh, brand, size),
  };
}
