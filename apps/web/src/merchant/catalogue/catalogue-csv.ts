import type { BodyOf, Offer, RouteOf } from '@halfhour/contract';
import Papa from 'papaparse';

/** More is more than a page should hold, and than a person looks through. */
export const MAX_ROWS = 2_000;
export const MAX_BYTES = 2_000_000;

export const COLUMNS = [
  'offer_id',
  'name_en',
  'name_es',
  'name_zh',
  'category',
  'gtin',
  'tax_class',
  'price',
  'available',
  'in_stock',
  'on_hand',
] as const;
type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

export type RowError =
  | 'unknown_offer'
  | 'offer_twice'
  | 'name_missing'
  | 'name_too_long'
  | 'category_missing'
  | 'gtin'
  | 'tax_class'
  | 'price'
  | 'available'
  | 'on_hand'
  | 'stock_not_counted'
  | 'name_fixed';

/** What a row of the file would do. */
export interface PlannedRow {
  /** As spreadsheets count: the head is 1. */
  readonly line: number;
  readonly name: string;
  readonly errors: readonly RowError[];
  readonly kind: 'create' | 'change' | 'same' | 'error';
  readonly create?: BodyOf<RouteOf<'createOffer'>>;
  readonly offer?: Offer;
  readonly update?: BodyOf<RouteOf<'updateOffer'>>;
  readonly onHand?: number;
}

export type Plan =
  | { readonly ok: false; readonly problem: 'columns' | 'too_many' | 'empty'; readonly missing: string[] }
  | { readonly ok: true; readonly rows: readonly PlannedRow[] };

/** The catalogue as rows that `planImport` reads again; `on_hand` stays empty, which leaves stock as it is. */
export function exportRows(offers: readonly Offer[], plainAmount: (minor: number) => string): string[][] {
  return offers.map((offer) => [
    offer.id,
    offer.names.en,
    offer.names.es ?? '',
    offer.names.zh ?? '',
    offer.category,
    offer.gtin ?? '',
    offer.taxClass,
    plainAmount(offer.priceMinor),
    offer.available ? 'yes' : 'no',
    offer.inStock === undefined ? '' : String(offer.inStock),
    '',
  ]);
}

/**
 * Reads a file and says row by row what it would do, and why it cannot. Changes nothing. A row names its offer by
 * `offer_id`, or by the same English name and category: so that the same file again finds what it has made.
 *
 * @param digits of the currency behind the point
 */
export function planImport(csv: string, offers: readonly Offer[], digits: number): Plan {
  const parsed = Papa.parse<Record<string, string>>(csv.replace(/^\u{FEFF}/u, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (head) => head.trim().toLowerCase(),
  });
  const heads = parsed.meta.fields ?? [];
  const missing = ['name_en', 'category', 'price'].filter((head) => !heads.includes(head));
  if (missing.length > 0) return { ok: false, problem: 'columns', missing };
  if (parsed.data.length === 0) return { ok: false, problem: 'empty', missing: [] };
  if (parsed.data.length > MAX_ROWS) return { ok: false, problem: 'too_many', missing: [] };
  const byId = new Map<string, Offer>(offers.map((offer) => [offer.id, offer]));
  const byName = new Map(offers.map((offer) => [nameKey(offer.names.en, offer.category), offer]));
  const seen = new Set<string>();
  const rows = parsed.data.map((row, index) => {
    const cells = Object.fromEntries(
      COLUMNS.map((column) => [column, plain(row[column] ?? '')]),
    ) as unknown as Cells;
    const offer =
      cells.offer_id === '' ? byName.get(nameKey(cells.name_en, cells.category)) : byId.get(cells.offer_id);
    const key = offer?.id ?? nameKey(cells.name_en, cells.category);
    const again = seen.has(key);
    seen.add(key);
    return planRow(index + 2, cells, offer, again, digits);
  });
  return { ok: true, rows };
}

function nameKey(name: string, category: string): string {
  return `${category.toLowerCase()}\n${name.toLowerCase()}`;
}

/** Without the mark by which our own export keeps spreadsheets from reading a formula. */
function plain(cell: string): string {
  return cell.trim().replace(/^'(?=[=+@-])/, '');
}

function planRow(
  line: number,
  cells: Cells,
  offer: Offer | undefined,
  again: boolean,
  digits: number,
): PlannedRow {
  const errors: RowError[] = [];
  if (again) errors.push('offer_twice');
  if (cells.offer_id !== '' && offer === undefined) errors.push('unknown_offer');
  const names = [cells.name_en, cells.name_es, cells.name_zh];
  if (cells.name_en === '') errors.push('name_missing');
  if (names.some((name) => name.length > 120)) errors.push('name_too_long');
  if (cells.category === '' || cells.category.length > 80) errors.push('category_missing');
  if (cells.gtin !== '' && !/^(\d{8}|\d{12,14})$/.test(cells.gtin)) errors.push('gtin');
  const taxClass = cells.tax_class === '' ? (offer?.taxClass ?? 'standard') : cells.tax_class;
  if (!isTaxClass(taxClass)) errors.push('tax_class');
  const priceMinor = minorOf(cells.price, digits);
  if (priceMinor === undefined) errors.push('price');
  const available = yesOrNo(cells.available);
  if (cells.available !== '' && available === undefined) errors.push('available');
  const onHand = /^\d{1,8}$/.test(cells.on_hand) ? Number(cells.on_hand) : undefined;
  if (cells.on_hand !== '' && (onHand === undefined || onHand > 10_000_000)) errors.push('on_hand');
  if (offer !== undefined) {
    if (onHand !== undefined && offer.inStock === undefined) errors.push('stock_not_counted');
    const isOther =
      cells.name_en !== offer.names.en || cells.category !== offer.category || taxClass !== offer.taxClass;
    if (cells.offer_id !== '' && isOther && cells.name_en !== '' && cells.category !== '') {
      errors.push('name_fixed');
    }
  }
  const row = { line, name: cells.name_en === '' ? cells.offer_id : cells.name_en, errors };
  if (errors.length > 0 || priceMinor === undefined || !isTaxClass(taxClass))
    return { ...row, kind: 'error' };
  if (offer === undefined) {
    const create: BodyOf<RouteOf<'createOffer'>> = {
      names: {
        en: cells.name_en,
        ...(cells.name_es !== '' && { es: cells.name_es }),
        ...(cells.name_zh !== '' && { zh: cells.name_zh }),
      },
      category: cells.category,
      ...(cells.gtin !== '' && { gtin: cells.gtin }),
      taxClass,
      priceMinor,
      optionGroups: [],
      ...(onHand !== undefined && { onHand }),
    };
    return { ...row, kind: 'create', create, ...(available === false && { update: { available } }) };
  }
  const update = {
    ...(priceMinor !== offer.priceMinor && { priceMinor }),
    ...(available !== undefined && available !== offer.available && { available }),
  };
  const changes = Object.keys(update).length > 0;
  return {
    ...row,
    offer,
    kind: changes || onHand !== undefined ? 'change' : 'same',
    ...(changes && { update }),
    ...(onHand !== undefined && { onHand }),
  };
}

function isTaxClass(value: string): value is Offer['taxClass'] {
  return value === 'standard' || value === 'reduced' || value === 'exempt';
}

function yesOrNo(value: string): boolean | undefined {
  if (/^(yes|true|1|sí|si|是)$/i.test(value)) return true;
  return /^(no|false|0|否)$/i.test(value) ? false : undefined;
}

/** Exact: the digits are joined, nothing is multiplied. A comma may stand for the point. */
function minorOf(price: string, digits: number): number | undefined {
  const found = /^(\d{1,9})(?:[.,](\d+))?$/.exec(price);
  const [, whole = '', part = ''] = found ?? [];
  if (found === null || part.length > digits) return undefined;
  const minor = Number(whole + part.padEnd(digits, '0'));
  return minor <= 1_000_000_000 ? minor : undefined;
}
