import { type Result, allocate, currency, err, money, ok } from '@halfhour/kernel';
import { divideHalfUp } from './divide-half-up.ts';
import { ShareSum } from './shares.ts';
import type { Charge, ChargeKind, Share } from './types.ts';

/** What was given back of an order so far. */
export interface Refunded {
  /** Minor units of each charge, by its place. */
  readonly minors: readonly number[];
  /** How many of each line were given back by quantity, by its place. */
  readonly quantities: readonly number[];
}

export const NOTHING_REFUNDED: Refunded = { minors: [], quantities: [] };

/** What to give back; everything that is left where it names nothing. */
export interface RefundWish {
  /** So many of a line, with their deposits. */
  readonly lines?: readonly { readonly line: number; readonly quantity: number }[] | undefined;
  /** What the shopper paid for the order as a whole. */
  readonly fees?: readonly ChargeKind[] | undefined;
  /** So much of what is named, or of everything, in proportion to what is left of it; then no quantity is given back. */
  readonly amountMinor?: number | undefined;
}

export interface RefundOfCharges {
  readonly amountMinor: number;
  /** From whom it is taken; they add up to `amountMinor`. The share of kind `tip` is the platform's expense. */
  readonly takenFrom: readonly Share[];
  readonly after: Refunded;
}

export interface RefundFault {
  readonly code: 'no_such_line' | 'no_such_fee' | 'too_many' | 'too_much' | 'nothing_left';
  readonly detail: string;
  /** What is left to refund of what was named. */
  readonly refundableMinor: number;
}

/**
 * What a refund of lines, fees or an amount gives back to the shopper, and from whom it is taken.
 *
 * Each gives back what it got for what is refunded: the merchant the price, the authority its tax, the platform its fees, and
 * the commission of those items to the merchant. A tip stays with the courier, so the platform bears it. Every part is told
 * from how much of a charge was given back before and after: pieces of any size in any order come to the whole, to the
 * unit. On the way an owner may be a unit a charge ahead or behind.
 *
 * @param charges of the order as it was paid
 * @param quantities of its lines, by their place
 */
export function refundCharges(
  charges: readonly Charge[],
  quantities: readonly number[],
  before: Refunded,
  wish: RefundWish,
): Result<RefundOfCharges, RefundFault> {
  const minors = charges.map((_, index) => before.minors[index] ?? 0);
  const taken = quantities.map((_, line) => before.quantities[line] ?? 0);
  const state = { charges, quantities, minors, taken };
  const isNamed = wish.lines !== undefined || wish.fees !== undefined;
  const after = isNamed ? giveBackNamed(state, wish) : giveBackAny(state, wish.amountMinor);
  if (!after.ok) return after;
  settleCoins(state, after.value.minors);
  followItems(charges, after.value.minors);
  const amountMinor = paidFor(charges, after.value.minors) - paidFor(charges, minors);
  if (amountMinor <= 0) return fault('nothing_left', 'Nothing of it is left to refund.', 0);
  return ok({
    amountMinor,
    takenFrom: takenFrom(charges, minors, after.value.minors),
    after: after.value,
  });
}

/** What can still be given back of all. */
export function refundableMinor(charges: readonly Charge[], before: Refunded): number {
  const minors = charges.map((_, index) => before.minors[index] ?? 0);
  return (
    paidFor(
      charges,
      charges.map(({ amountMinor }) => amountMinor),
    ) - paidFor(charges, minors)
  );
}

interface State {
  readonly charges: readonly Charge[];
  readonly quantities: readonly number[];
  readonly minors: readonly number[];
  readonly taken: readonly number[];
}

/** What is given back after the refund, as far as the shopper's own charges go. */
type After = Result<{ readonly minors: number[]; readonly quantities: readonly number[] }, RefundFault>;

/** All that is left, or an amount out of it. */
function giveBackAny(state: State, amountMinor: number | undefined): After {
  const { charges, minors, quantities, taken } = state;
  const leftMinor = refundableMinor(charges, { minors, quantities: [] });
  if (amountMinor === undefined || amountMinor === leftMinor) {
    const whole = charges.map((charge, index) =>
      charge.payer === 'merchant' ? minors[index]! : charge.amountMinor,
    );
    return ok({ minors: whole, quantities });
  }
  if (amountMinor > leftMinor) return tooMuch(leftMinor);
  const scope = charges.flatMap(({ payer }, index) => (payer === 'shopper' ? [index] : []));
  return ok({ minors: spread(state, scope, amountMinor), quantities: taken });
}

/** The lines and fees that are named, or an amount out of what is left of them. */
function giveBackNamed(state: State, { lines = [], fees = [], amountMinor }: RefundWish): After {
  const { charges, minors, quantities, taken } = state;
  const scope = new Set<number>();
  const takenAfter = [...taken];
  for (const { line, quantity } of lines) {
    const left = (quantities[line] ?? 0) - (takenAfter[line] ?? 0);
    if (quantities[line] === undefined) return fault('no_such_line', `The order has no line ${line}.`, 0);
    if (quantity > left && amountMinor === undefined) {
      return fault('too_many', `Of line ${line} only ${left} are left to refund.`, 0);
    }
    takenAfter[line]! += quantity;
    for (const [index, charge] of charges.entries()) if (charge.line === line) scope.add(index);
  }
  for (const kind of fees) {
    const found = charges.findIndex(
      (charge) => charge.kind === kind && charge.payer === 'shopper' && charge.line === undefined,
    );
    if (found < 0) return fault('no_such_fee', `The shopper paid no ${kind} for the order as a whole.`, 0);
    scope.add(found);
  }
  if (amountMinor !== undefined) {
    const leftMinor = [...scope].reduce(
      (sum, index) => sum + charges[index]!.amountMinor - minors[index]!,
      0,
    );
    return amountMinor > leftMinor
      ? tooMuch(leftMinor)
      : ok({ minors: spread(state, [...scope], amountMinor), quantities: taken });
  }
  const after = [...minors];
  for (const index of scope) {
    const { line, amountMinor: whole } = charges[index]!;
    if (line === undefined || takenAfter[line] === quantities[line]) after[index] = whole;
    else {
      const of = quantities[line]!;
      const part = divideHalfUp(whole, takenAfter[line]!, of) - divideHalfUp(whole, taken[line]!, of);
      after[index] = Math.min(whole, after[index]! + part);
    }
  }
  for (const { line } of lines) {
    const its = [...scope].filter(
      (index) => charges[index]!.line === line && charges[index]!.payer === 'shopper',
    );
    const left = its.find((index) => after[index]! < charges[index]!.amountMinor);
    // One of many that cost less than a unit each: it is worth one, or it could never be given back by itself.
    if (left !== undefined && its.every((index) => after[index] === minors[index])) after[left]! += 1;
  }
  return ok({ minors: after, quantities: takenAfter });
}

/** The places in `scope` with so much more of them given back, in proportion to what is left. */
function spread({ charges, minors }: State, scope: readonly number[], amountMinor: number): number[] {
  const after = [...minors];
  const left = scope.map((index) => charges[index]!.amountMinor - minors[index]!);
  if (amountMinor <= 0 || left.every((each) => each === 0)) return after;
  const parts = allocate(money(amountMinor, ANY_CURRENCY), left);
  for (const [position, index] of scope.entries()) after[index]! += parts[position]!.minor;
  return after;
}

/** Minor units are divided alike in all of them. */
const ANY_CURRENCY = currency('XXX');

/**
 * What the shopper paid more to settle in coins comes back with the last of the rest; what was paid less is missing as soon
 * as there would come back more than was paid.
 */
function settleCoins({ charges, minors }: State, after: number[]): void {
  const coins = charges.findIndex(({ kind }) => kind === 'cash_rounding');
  if (coins < 0) return;
  const { payer, amountMinor } = charges[coins]!;
  const isWhole = charges.every(
    (charge, index) => index === coins || charge.payer !== 'shopper' || after[index] === charge.amountMinor,
  );
  if (payer === 'shopper') {
    if (isWhole) after[coins] = amountMinor;
    return;
  }
  after[coins] = minors[coins]!;
  const paidMinor = refundableMinor(charges, NOTHING_REFUNDED);
  const over = paidFor(charges, after) - paidMinor;
  after[coins] += Math.min(Math.max(over, 0), amountMinor - after[coins]);
  // Whoever has all back that was paid can ask for nothing more: what is left of the charges goes with the coins that made up for it.
  if (paidFor(charges, after) !== paidMinor) return;
  for (const [index, charge] of charges.entries()) {
    if (charge.payer !== 'merchant') after[index] = charge.amountMinor;
  }
}

/** What the merchant paid the platform follows the items that it was paid for; where those were free, all that it got. */
function followItems(charges: readonly Charge[], after: number[]): void {
  for (const [index, charge] of charges.entries()) {
    if (charge.payer !== 'merchant') continue;
    const its = ({ kind, rule }: Charge): boolean =>
      kind === 'item' && (charge.kind !== 'commission' || rule === charge.rule);
    const baseMinor = sumOf(charges, its, (each) => each.amountMinor);
    const isFree = baseMinor === 0;
    const those = isFree ? ({ payee }: Charge): boolean => payee === 'merchant' : its;
    after[index] = divideHalfUp(
      charge.amountMinor,
      sumOf(charges, those, (_, at) => after[at]!),
      isFree ? sumOf(charges, those, (each) => each.amountMinor) : baseMinor,
    );
  }
}

function sumOf(
  charges: readonly Charge[],
  those: (charge: Charge) => boolean,
  minorOf: (charge: Charge, index: number) => number,
): number {
  return charges.reduce((sum, charge, index) => (those(charge) ? sum + minorOf(charge, index) : sum), 0);
}

function takenFrom(charges: readonly Charge[], before: readonly number[], after: readonly number[]): Share[] {
  const sum = new ShareSum();
  for (const [index, charge] of charges.entries()) {
    const { kind, amountMinor, taxMinor } = charge;
    const back = after[index]! - before[index]!;
    if (back === 0) continue;
    if (kind === 'tip') sum.of({ of: 'platform', kind }, back);
    else {
      const taxBack =
        divideHalfUp(taxMinor, after[index]!, amountMinor) -
        divideHalfUp(taxMinor, before[index]!, amountMinor);
      sum.add(charge, back, taxBack);
    }
  }
  return sum.shares();
}

/** What of these parts of charges the shopper paid. */
function paidFor(charges: readonly Charge[], minors: readonly number[]): number {
  return charges.reduce((sum, { payer, payee }, index) => {
    if (payer === 'shopper') return sum + minors[index]!;
    return payee === 'shopper' ? sum - minors[index]! : sum;
  }, 0);
}

function tooMuch(leftMinor: number): Result<never, RefundFault> {
  return fault('too_much', `Only ${leftMinor} minor units of it are left to refund.`, leftMinor);
}

function fault(code: RefundFault['code'], detail: string, left: number): Result<never, RefundFault> {
  return err({ code, detail, refundableMinor: left });
}
