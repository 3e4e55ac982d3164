import type { BasketLine, Names, Order } from '@halfhour/contract';

/** A line as it lies in the basket: what is sent, and what was shown when it was put in. */
export interface KeptLine extends BasketLine {
  readonly names: Names;
  readonly optionNames: readonly Names[];
  readonly unitPriceMinor: number;
}

/** What is about to be ordered from one store. */
export interface Basket {
  readonly storeName: string;
  readonly lines: readonly KeptLine[];
}

/** One basket a store, by its id. */
export type Baskets = Readonly<Record<string, Basket>>;

/** As the API bounds a line and a basket. */
export const MAX_QUANTITY = 99;
const MAX_LINES = 100;

/** Puts a line in: onto the one of the same article and options where there is one. */
export function addLine(basket: Basket, line: KeptLine): Basket {
  const at = basket.lines.findIndex((other) => isSame(other, line));
  if (at >= 0) return setQuantity(basket, at, basket.lines[at]!.quantity + line.quantity);
  return basket.lines.length >= MAX_LINES ? basket : { ...basket, lines: [...basket.lines, line] };
}

/** Sets how often a line is wanted; 0 takes it out. */
export function setQuantity(basket: Basket, index: number, quantity: number): Basket {
  const lines = basket.lines.flatMap((line, at) => {
    if (at !== index) return [line];
    return quantity < 1 ? [] : [{ ...line, quantity: Math.min(MAX_QUANTITY, quantity) }];
  });
  return { ...basket, lines };
}

/** Says what the store may do where it does not have the article of a line. */
export function setSubstitutions(
  basket: Basket,
  index: number,
  substitutions: NonNullable<BasketLine['substitutions']>,
): Basket {
  const lines = basket.lines.map((line, at) => (at === index ? { ...line, substitutions } : line));
  return { ...basket, lines };
}

export function countOf(basket: Basket | undefined): number {
  return basket?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
}

/** By the prices that were shown; what is paid is the quote's to say. */
export function sumOf(basket: Basket | undefined): number {
  return basket?.lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0) ?? 0;
}

/** The lines as the API takes them. */
export function linesToSend(basket: Basket): BasketLine[] {
  return basket.lines.map(({ offerId, quantity, options, substitutions }) => ({
    offerId,
    quantity,
    options,
    ...(substitutions === undefined ? {} : { substitutions }),
  }));
}

/** What was ordered before, to be ordered again at the prices of today. */
export function basketOfOrder(order: Pick<Order, 'storeName' | 'lines'>): Basket {
  return order.lines.reduce<Basket>(
    (basket, line) =>
      addLine(basket, {
        offerId: line.offerId,
        quantity: Math.min(MAX_QUANTITY, line.quantity),
        options: line.options.map(({ groupId, optionId }) => ({ groupId, optionId })),
        names: line.names,
        optionNames: line.options.map(({ names }) => names),
        unitPriceMinor: line.unitPriceMinor,
        ...(line.substitutions === undefined ? {} : { substitutions: line.substitutions }),
      }),
    { storeName: order.storeName, lines: [] },
  );
}

/** What was kept on the device, where it has the shape of baskets. */
export function readBaskets(kept: unknown): Baskets | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const baskets = Object.entries(kept as Record<string, Partial<Basket>>).filter(
    ([id, basket]) =>
      id.startsWith('sto_') &&
      typeof basket.storeName === 'string' &&
      Array.isArray(basket.lines) &&
      basket.lines.every(isLine),
  );
  return Object.fromEntries(baskets) as Baskets;
}

function isLine(line: Partial<KeptLine> | null): boolean {
  return (
    typeof line?.offerId === 'string' &&
    Number.isInteger(line.quantity) &&
    Number.isInteger(line.unitPriceMinor) &&
    typeof line.names?.en === 'string' &&
    Array.isArray(line.options) &&
    Array.isArray(line.optionNames)
  );
}

function isSame(a: KeptLine, b: KeptLine): boolean {
  const key = ({ offerId, options }: KeptLine): string =>
    [offerId, ...options.map(({ groupId, optionId }) => `${groupId}/${optionId}`).toSorted()].join(' ');
  return key(a) === key(b);
}
