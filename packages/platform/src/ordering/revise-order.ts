import type { BasketLine, PricedLine } from '@halfhour/contract';
import { readCharges, storeCharges } from '@halfhour/engines/pricing';
import {
  type ArticleId,
  type EpochMs,
  type LatLng,
  type OfferId,
  type Result,
  err,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import { type StoreRecord, deliversTo } from '../stores/index.ts';
import type { Actor, OrderLine, OrderRecord, Placement } from './order.ts';
import { type PricedFor, type PricingTerms, type SellableOffer, priceLines, sumUp } from './price-basket.ts';
import { chargesFor } from './show-charges.ts';
import type { MarketTariffs } from './tariff-source.ts';

/** What a change of what was ordered is judged by, as it is in the transaction that makes it. */
export interface ChangeContext {
  readonly store: StoreRecord | undefined;
  readonly offers: ReadonlyMap<OfferId, SellableOffer>;
  /** By the tariff that it was placed with. */
  readonly terms: PricingTerms;
  /** How many of an article can be had; undefined where the store does not count it. */
  readonly available: (articleId: ArticleId) => number | undefined;
  /** Seconds from the store to a door. */
  readonly tripSeconds: (to: LatLng) => number;
}

/** The line at a place of `order.lines`, and what the caller saw there: lines move up when one is removed. */
export interface LineName {
  readonly line: number;
  readonly offerId: OfferId;
}

/** What the new total is confirmed with. */
export interface Confirmation {
  /** The total that the shopper saw; needed where it rises. */
  readonly expectedTotalMinor?: number | undefined;
  /** What the provider has raised the authorisation to for this change. */
  readonly authorisedMinor?: number | undefined;
}

export interface LinesCommand extends Confirmation {
  readonly by: Actor;
  /** The quantity that each of these lines is to have; 0 removes it. */
  readonly quantities: readonly (LineName & { readonly quantity: number })[];
  readonly add: readonly BasketLine[];
}

/** So much of an article, to be reserved or given back. */
export interface StockNeed {
  readonly articleId: ArticleId;
  readonly quantity: number;
}

/** An order with other lines, and the stock that goes with them. */
export interface Relined {
  readonly order: OrderRecord;
  readonly stock: { readonly reserve: readonly StockNeed[]; readonly release: readonly StockNeed[] };
}

/** As the contract bounds a basket. */
const MAX_LINES = 100;

/** What the provider has authorised: the total as it was placed, unless it was raised since. */
export function authorisedMinor(order: Placement): number {
  return order.authorisedMinor ?? order.totalMinor;
}

/** What an order holds, and what is proposed for it. */
export function articlesOf({ lines }: Placement): ArticleId[] {
  return lines.flatMap(({ articleId, proposed }) =>
    proposed === undefined ? [articleId] : [articleId, proposed.articleId],
  );
}

/** What a change takes the place of, in its event: from these a retry is told the order as it was (order-history.ts). */
export function previousOf(order: OrderRecord): Previous {
  return {
    lines: order.lines.map(({ reserved, ...line }) => line),
    address: order.address,
    promise: promiseOf(order),
    itemsMinor: order.itemsMinor,
    ...(order.otherMinor === undefined ? {} : { otherMinor: order.otherMinor }),
    serviceFeeMinor: order.serviceFeeMinor,
    taxMinor: order.taxMinor,
    totalMinor: order.totalMinor,
  };
}

function promiseOf({ promise }: Placement): Previous['promise'] {
  return { earliest: toRfc3339(promise.earliest), latest: toRfc3339(promise.latest) };
}

/** Without what such an answer does not show: the charges, and what of it was reserved. */
export interface Previous extends Pick<
  Placement,
  'address' | 'itemsMinor' | 'otherMinor' | 'serviceFeeMinor' | 'taxMinor' | 'totalMinor'
> {
  readonly lines: readonly PricedLine[];
  readonly promise: { readonly earliest: string; readonly latest: string };
}

/**
 * Other quantities, and lines that are added. What stays keeps the price at which it was placed; what comes, also
 * more of a line, has today's. The store itself only takes away: what it cannot find.
 */
export function changeLines(
  order: OrderRecord,
  command: LinesCommand,
  context: ChangeContext,
): Result<Relined, ApiError> {
  const lines: (OrderLine | undefined)[] = [...order.lines];
  const raised: BasketLine[] = [];
  if (command.quantities.length + command.add.length === 0) {
    return err({
      code: 'invalid_request',
      detail: 'Nothing is changed: name lines in `quantities` or `add`.',
    });
  }
  if (new Set(command.quantities.map(({ line }) => line)).size < command.quantities.length) {
    return err({ code: 'invalid_request', detail: 'A line is named twice.' });
  }
  for (const { line: index, offerId, quantity } of command.quantities) {
    const line = order.lines[index];
    if (line?.offerId !== offerId) return err(noSuchLine(order, index));
    if (quantity === 0) lines[index] = undefined;
    else if (quantity < line.quantity) lines[index] = lower(line, quantity);
    else if (quantity > line.quantity) {
      const options = line.options.map(({ groupId, optionId }) => ({ groupId, optionId }));
      const { substitutions } = line;
      raised.push({ offerId, quantity: quantity - line.quantity, options, substitutions });
    }
  }
  const wanted = [...command.add, ...raised];
  if (wanted.length > 0 && command.by === 'merchant') {
    return err({ code: 'forbidden', detail: 'A store takes away what it does not have; it adds nothing.' });
  }
  const priced = priceLines(wanted, order.storeId, context.offers);
  if (!priced.ok) return priced;
  for (const each of priced.value) {
    // What the store counts is reserved.
    const added = { ...each, reserved: context.available(each.articleId) !== undefined };
    const at = lines.findIndex((line) => line !== undefined && isSame(line, added));
    if (at === -1) lines.push(added);
    else lines[at] = join(lines[at]!, added);
  }
  const changed = withLines(
    order,
    lines.filter((line) => line !== undefined),
    command,
    context,
  );
  if (!changed.ok) return changed;
  const minimumMinor = context.store?.minimumOrderMinor ?? 0;
  const { itemsMinor } = changed.value.order;
  if (command.by === 'shopper' && itemsMinor < order.itemsMinor && itemsMinor < minimumMinor) {
    return err({ code: 'below_minimum', minimumMinor, itemsMinor });
  }
  return changed;
}

/**
 * Something else for a line that the store does not have: at once where the shopper allows it and it costs no more,
 * else as a proposal, for which nothing is reserved yet.
 */
export function substituteLine(
  order: OrderRecord,
  { line: index, offerId, substitute }: LineName & { readonly substitute: BasketLine },
  context: ChangeContext,
): Result<Relined & { readonly isProposal: boolean }, ApiError> {
  const line = order.lines[index];
  if (line?.offerId !== offerId) return err(noSuchLine(order, index));
  if (line.substitutions === 'never') {
    return err({
      code: 'wrong_state',
      detail: 'The shopper wants nothing else for this line: lower or remove it.',
      state: order.state,
    });
  }
  const priced = priceLines([substitute], order.storeId, context.offers);
  if (!priced.ok) return priced;
  const [proposed] = sumUp(priced.value, pricedFor(order), context.terms).lines as [PricedLine];
  const available = context.available(proposed.articleId) ?? Infinity;
  if (available < proposed.quantity) {
    return err({ code: 'out_of_stock', lines: [{ line: index, offerId: proposed.offerId, available }] });
  }
  if (line.substitutions === 'allow' && proposed.totalMinor <= line.totalMinor) {
    const changed = withLines(order, order.lines.with(index, replaced(line, proposed, context)), {}, context);
    return changed.ok ? ok({ ...changed.value, isProposal: false }) : changed;
  }
  const lines = order.lines.with(index, { ...line, proposed });
  return ok({ order: { ...order, lines }, stock: { reserve: [], release: [] }, isProposal: true });
}

/** The shopper's answer to a proposal: the line gives way to it, or goes. Undefined where nothing would be left. */
export function answerSubstitution(
  order: OrderRecord,
  answer: SubstitutionAnswer,
  context: ChangeContext,
): Result<Relined | undefined, ApiError> {
  const line = order.lines[answer.line];
  if (line?.offerId !== answer.offerId) return err(noSuchLine(order, answer.line));
  const { proposed } = line;
  if (proposed?.offerId !== answer.proposedOfferId) {
    return err({
      code: 'wrong_state',
      detail: 'This is not what the store proposes for the line now: read the order again.',
      state: order.state,
    });
  }
  if (answer.approve) {
    return withLines(
      order,
      order.lines.with(answer.line, replaced(line, proposed, context)),
      answer,
      context,
    );
  }
  const left = order.lines.toSpliced(answer.line, 1);
  return left.length === 0 ? ok(undefined) : withLines(order, left, answer, context);
}

/** Declines what was proposed and not answered. */
export function declineUnanswered(order: OrderRecord, context: ChangeContext): Result<Relined, ApiError> {
  const left = order.lines.filter((line) => line.proposed === undefined);
  return withLines(order, left, {}, context);
}

export interface SubstitutionAnswer extends LineName, Confirmation {
  readonly proposedOfferId: OfferId;
  readonly approve: boolean;
}

/** The line that takes the place of another one; what the shopper has said of substitutes goes with it. */
function replaced(line: OrderLine, proposed: PricedLine, { available }: ChangeContext): OrderLine {
  const { substitutions } = line;
  return {
    ...proposed,
    ...(substitutions === undefined ? {} : { substitutions }),
    reserved: available(proposed.articleId) !== undefined,
  };
}

/** The order with these lines: amounts, split and stock, or why it cannot be. */
function withLines(
  order: OrderRecord,
  lines: readonly OrderLine[],
  command: Confirmation,
  context: ChangeContext,
): Result<Relined, ApiError> {
  if (lines.length === 0) {
    return err({
      code: 'wrong_state',
      detail: 'Nothing would be left of the order: cancel it instead.',
      state: order.state,
    });
  }
  if (lines.length > MAX_LINES) {
    return err({ code: 'invalid_request', detail: `An order has ${MAX_LINES} lines at most.` });
  }
  const { lines: taxed, amounts, charges } = sumUp(lines, pricedFor(order), context.terms);
  const { totalMinor } = amounts;
  const { expectedTotalMinor } = command;
  if (totalMinor > order.totalMinor || expectedTotalMinor !== undefined) {
    if (totalMinor !== expectedTotalMinor) {
      return err({
        code: 'price_changed',
        detail:
          expectedTotalMinor === undefined
            ? `The total rises to ${totalMinor}.`
            : `The total is ${totalMinor}, you expected ${expectedTotalMinor}.`,
        quote: {
          ...amounts,
          storeId: order.storeId,
          lines: taxed.map(({ reserved, ...line }) => line),
          charges: chargesFor('shopper', charges),
          promise: promiseOf(order),
        },
      });
    }
  }
  const stock = stockBetween(order.lines, lines);
  const short = stock.reserve.flatMap(({ articleId, quantity }) => {
    const available = context.available(articleId) ?? Infinity;
    if (quantity <= available) return [];
    const line = lines.findIndex((each) => each.articleId === articleId);
    return [{ line, offerId: lines[line]!.offerId, available }];
  });
  if (short.length > 0) return err({ code: 'out_of_stock', lines: short });
  const authorised = Math.max(authorisedMinor(order), command.authorisedMinor ?? 0);
  if (totalMinor > authorised) {
    return err({ code: 'unavailable', detail: 'The payment provider has not confirmed the higher amount.' });
  }
  const changed: OrderRecord = {
    ...order,
    otherMinor: undefined,
    ...amounts,
    lines: taxed,
    charges: storeCharges(context.terms.tariff.version, charges),
    authorisedMinor: authorised,
  };
  return ok({ order: changed, stock });
}

/** An order's delivery fee and tip stay as they were placed, and rules look at the moment of its placement. */
function pricedFor(order: OrderRecord): PricedFor {
  const { storeId, address, tipMinor, charges } = order;
  return {
    storeId,
    address,
    at: order.slot ?? order.placedAt,
    metres: 0,
    surgeBp: 10_000,
    tipMinor,
    keptDelivery: readCharges(charges).find(({ kind }) => kind === 'delivery_fee') ?? 'none',
  };
}

/** What an order is priced by for as long as it is: its market's tariff at its placement. */
export function termsOf(
  { currency, timeZone }: MarketRecord,
  tariffs: MarketTariffs,
  { charges, placedAt }: Placement,
): PricingTerms {
  return { currency, timeZone, tariff: tariffs.version(charges.tariff) ?? tariffs.at(placedAt) };
}

/** What is told where a line is not what the caller saw there. */
export function noSuchLine(order: OrderRecord, line: number): ApiError {
  return {
    code: 'wrong_state',
    detail: `The order has no such line at ${line} any more: read it again.`,
    state: order.state,
  };
}

/** Less of a line, at its price. */
function lower(line: OrderLine, quantity: number): OrderLine {
  return { ...line, quantity, totalMinor: line.unitPriceMinor * quantity };
}

/** Whether more of one is more of the other: the same thing, at the same price, with its stock kept alike. */
function isSame(line: OrderLine, other: OrderLine): boolean {
  return (
    line.offerId === other.offerId &&
    line.unitPriceMinor === other.unitPriceMinor &&
    line.reserved === other.reserved &&
    optionsOf(line) === optionsOf(other)
  );
}

function optionsOf(line: PricedLine): string {
  return JSON.stringify(line.options.map(({ groupId, optionId }) => [groupId, optionId]).toSorted());
}

function join(line: OrderLine, more: OrderLine): OrderLine {
  return {
    ...line,
    quantity: line.quantity + more.quantity,
    totalMinor: line.totalMinor + more.totalMinor,
  };
}

/** What has to be reserved and what comes free between two sets of lines, by article. */
function stockBetween(before: readonly OrderLine[], after: readonly OrderLine[]): Relined['stock'] {
  const needs = new Map<ArticleId, number>();
  const count = (lines: readonly OrderLine[], sign: 1 | -1): void => {
    for (const { articleId, quantity, reserved } of lines) {
      if (reserved) needs.set(articleId, (needs.get(articleId) ?? 0) + sign * quantity);
    }
  };
  count(after, 1);
  count(before, -1);
  const all = [...needs].map(([articleId, quantity]) => ({ articleId, quantity }));
  return {
    reserve: all.filter(({ quantity }) => quantity > 0),
    release: all
      .filter(({ quantity }) => quantity < 0)
      .map(({ articleId, quantity }) => ({ articleId, quantity: -quantity })),
  };
}

/**
 * Another door for the order. It is promised as much later as the way is longer, and never earlier: the shopper has
 * made plans by what was promised. A scheduled order keeps its slot. The delivery fee stays as it was placed, whichever
 * way is longer.
 */
export function changeAddress(
  order: OrderRecord,
  address: Placement['address'],
  context: ChangeContext,
): Result<OrderRecord, ApiError> {
  const { store, tripSeconds } = context;
  if (store === undefined || !deliversTo(store, address)) {
    return err({
      code: 'outside_zone',
      detail: `${order.storeName} does not deliver to ${address.label}.`,
    });
  }
  if (order.slot !== undefined) return ok({ ...order, address });
  const longerMs = Math.max(0, tripSeconds(address) - tripSeconds(order.address)) * 1_000;
  const later = (moment: EpochMs): EpochMs => (moment + longerMs) as EpochMs;
  return ok({
    ...order,
    address,
    promise: { earliest: later(order.promise.earliest), latest: later(order.promise.latest) },
  });
}
