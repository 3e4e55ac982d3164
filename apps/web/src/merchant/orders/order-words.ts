import type { Names, Order, PricedLine } from '@halfhour/contract';
import { language } from '../../text/index.ts';

/** What something is called in the reader's language; English else. */
export function nameOf(names: Names): string {
  return names[language] ?? names.en;
}

/** The options of a line, in the order in which they were chosen. */
export function optionsOf(line: Pick<PricedLine, 'options'>): string {
  return line.options.map(({ names }) => nameOf(names)).join(', ');
}

export function pieces(order: Order): number {
  return order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Where the shopper has not answered a proposal yet. */
export function waitsForShopper(order: Order): boolean {
  return order.lines.some(({ proposed }) => proposed !== undefined);
}
