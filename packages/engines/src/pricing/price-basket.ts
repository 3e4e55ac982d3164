import { type BasisPoints, includedTaxMinor, shareOfMinor } from '@halfhour/kernel';
import { divideHalfUp } from './divide-half-up.ts';
import { type Moment, type PreparedTariff, areasAt, matchRule, taxOf } from './match-rule.ts';
import type {
  Basis,
  Charge,
  DeliveryFeeRule,
  Priced,
  PricingInput,
  PricingLine,
  ServiceFeeRule,
  Tax,
} from './types.ts';

/**
 * Prices a basket by a tariff: every charge with who pays it, to whom, by which rule and formula, and what they come to
 * for the shopper. Shares are settled half up to a minor unit; tax is settled charge by charge. Pure.
 *
 * Quantities are whole and positive, amounts whole and not negative.
 */
export function priceBasket(prepared: PreparedTariff, input: PricingInput): Priced {
  const { tariff } = prepared;
  const { lines } = input;
  const how = tariff.shopperTax;
  const moment: Moment = {
    storeId: input.storeId,
    fulfilment: input.fulfilment,
    weekday: input.weekday,
    minute: input.minute,
    areas: areasAt(prepared, input.place),
  };
  const bill = new Bill();
  /** Items by the rule of commission that they come under. */
  const bases: number[] = [];
  let items = 0;
  let count = 0;
  let grams = 0;

  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const priceMinor = priceOf(line);
    const rule = matchRule(prepared, tariff.commission, moment, line.category);
    bill.add(
      'item',
      index,
      'shopper',
      'merchant',
      priceMinor,
      taxOf(prepared, line.taxClass, how, moment.areas),
      rule,
      itemBasis(line),
    );
    if (rule >= 0) bases[rule] = (bases[rule] ?? 0) + priceMinor;
    items += priceMinor;
    count += line.quantity;
    grams += line.weighed === undefined ? (line.grams ?? 0) * line.quantity : gramsOf(line);
  }
  for (let index = 0; index < lines.length; index++) {
    const { depositMinor = 0, quantity } = lines[index]!;
    if (depositMinor === 0) continue;
    const tax = taxOf(prepared, tariff.depositTaxClass, how, moment.areas);
    const basis: Basis = { of: 'units', unitMinor: depositMinor, quantity };
    bill.add('deposit', index, 'shopper', 'merchant', depositMinor * quantity, tax, -1, basis);
  }

  const chargeAt = matchRule(prepared, tariff.serviceCharge, moment);
  if (chargeAt >= 0) {
    const { rateBp, taxClass } = tariff.serviceCharge[chargeAt]!;
    const amount = shareOfMinor(items, rateBp as BasisPoints, 'half-up');
    const tax = taxOf(prepared, taxClass, how, moment.areas);
    const basis: Basis = { of: 'share', baseMinor: items, rateBp };
    bill.add('service_charge', undefined, 'shopper', 'merchant', amount, tax, chargeAt, basis);
  }
  const packingAt = matchRule(prepared, tariff.packaging, moment);
  if (packingAt >= 0) {
    const { perOrderMinor, perItemMinor, to, taxClass } = tariff.packaging[packingAt]!;
    const tax = taxOf(prepared, taxClass, how, moment.areas);
    const basis: Basis = { of: 'packing', perOrderMinor, perItemMinor, quantity: count };
    bill.add(
      'packaging',
      undefined,
      'shopper',
      to,
      perOrderMinor + perItemMinor * count,
      tax,
      packingAt,
      basis,
    );
  }
  const smallAt = matchRule(prepared, tariff.smallOrderFee, moment);
  if (smallAt >= 0) {
    const { belowMinor, feeMinor, taxClass } = tariff.smallOrderFee[smallAt]!;
    if (items < belowMinor) {
      const tax = taxOf(prepared, taxClass, how, moment.areas);
      const basis: Basis = { of: 'missing', itemsMinor: items, belowMinor, feeMinor };
      bill.addUpTo(
        'small_order_fee',
        'shopper',
        'platform',
        feeMinor,
        belowMinor - items,
        tax,
        smallAt,
        basis,
      );
    }
  }
  const { keptDelivery } = input;
  if (keptDelivery !== undefined) {
    if (keptDelivery !== 'none') bill.keep(keptDelivery);
  } else if (input.fulfilment === 'delivery') {
    const wayAt = matchRule(prepared, tariff.deliveryFee, moment);
    if (wayAt >= 0) {
      const rule = tariff.deliveryFee[wayAt]!;
      const basis = wayOf(rule, input.metres, grams, input.surgeBp, tariff.feeStepMinor);
      const tax = taxOf(prepared, rule.taxClass, how, moment.areas);
      const amount = wayFee(basis);
      bill.add('delivery_fee', undefined, 'shopper', rule.to, amount, tax, wayAt, basis);
    }
  }
  const serviceAt = matchRule(prepared, tariff.serviceFee, moment);
  const service = serviceAt < 0 ? undefined : tariff.serviceFee[serviceAt]!;
  if (service?.payer === 'shopper') {
    const basis = serviceBasis(service, items, tariff.feeStepMinor);
    const amount = serviceFee(basis);
    const tax = taxOf(prepared, service.taxClass, how, moment.areas);
    bill.add('service_fee', undefined, 'shopper', 'platform', amount, tax, serviceAt, basis);
  }
  if (input.tipMinor > 0) {
    bill.add('tip', undefined, 'shopper', 'courier', input.tipMinor, undefined, -1, { of: 'given' });
  }
  if (input.isCash === true && tariff.cashStepMinor > 1) bill.settleInCoins(tariff.cashStepMinor);

  // What merchants pay comes last, since they never pay more than they get; deposits are not theirs to pay with.
  for (let rule = 0; rule < bases.length; rule++) {
    const baseMinor = bases[rule];
    if (baseMinor === undefined) continue;
    const { rateBp, taxClass } = tariff.commission[rule]!;
    const tax = taxOf(prepared, taxClass, 'added', moment.areas);
    bill.addFromMerchant('commission', shareOfMinor(baseMinor, rateBp as BasisPoints, 'half-up'), tax, rule, {
      of: 'share',
      baseMinor,
      rateBp,
    });
  }
  if (service?.payer === 'merchant') {
    const basis = serviceBasis(service, items, tariff.feeStepMinor);
    const tax = taxOf(prepared, service.taxClass, 'added', moment.areas);
    const amount = serviceFee(basis);
    bill.addFromMerchant('service_fee', amount, tax, serviceAt, basis);
  }
  return {
    charges: bill.charges,
    itemsMinor: items,
    totalMinor: bill.total,
    taxMinor: bill.tax,
    addedTaxMinor: bill.addedTax,
  };
}

/** What to have authorised: the same basket with each weighed line at the weight that the shopper agreed to. */
export function authorisedTotalMinor(prepared: PreparedTariff, input: PricingInput): number {
  const lines = input.lines.map((line) =>
    line.weighed === undefined
      ? line
      : {
          ...line,
          weighed: { grams: Math.max(line.weighed.grams, line.weighed.upToGrams ?? 0) },
        },
  );
  return priceBasket(prepared, { ...input, lines }).totalMinor;
}

/** The charges as they are made, and their sums. */
class Bill {
  readonly charges: Charge[] = [];
  /** What the shopper pays. */
  total = 0;
  tax = 0;
  addedTax = 0;
  /** What merchants have of it, without deposits and without tax that is not theirs to keep. */
  private merchant = 0;

  add(
    kind: Charge['kind'],
    line: number | undefined,
    payer: Charge['payer'],
    payee: Charge['payee'],
    priceMinor: number,
    tax: Tax | undefined,
    rule: number,
    basis: Basis,
  ): void {
    // Nothing for nothing; a line that costs nothing is still sold.
    if (priceMinor === 0 && kind !== 'item') return;
    const taxMinor = taxIn(priceMinor, tax);
    const amountMinor = tax?.how === 'added' ? priceMinor + taxMinor : priceMinor;
    this.push(kind, line, payer, payee, amountMinor, taxMinor, tax, rule, basis);
  }

  /** A charge of at most `limitMinor` with its tax. */
  addUpTo(
    kind: Charge['kind'],
    payer: Charge['payer'],
    payee: Charge['payee'],
    priceMinor: number,
    limitMinor: number,
    tax: Tax | undefined,
    rule: number,
    basis: Basis,
  ): void {
    const wholeTaxMinor = taxIn(priceMinor, tax);
    const wholeMinor = tax?.how === 'added' ? priceMinor + wholeTaxMinor : priceMinor;
    const isWhole = wholeMinor <= limitMinor;
    const amountMinor = isWhole ? wholeMinor : limitMinor;
    if (amountMinor === 0) return;
    const taxMinor = isWhole ? wholeTaxMinor : containedIn(amountMinor, tax);
    this.push(kind, undefined, payer, payee, amountMinor, taxMinor, tax, rule, basis);
  }

  /** What the merchant pays the platform, as far as it goes. */
  addFromMerchant(
    kind: Charge['kind'],
    priceMinor: number,
    tax: Tax | undefined,
    rule: number,
    formula: ShareBasis,
  ): void {
    const limitMinor = Math.max(0, this.merchant);
    const isLimited = priceMinor + taxIn(priceMinor, tax) > limitMinor;
    const basis = isLimited ? { ...formula, limitMinor } : formula;
    this.addUpTo(kind, 'merchant', 'platform', priceMinor, limitMinor, tax, rule, basis);
  }

  keep(charge: Charge): void {
    this.push(
      charge.kind,
      charge.line,
      charge.payer,
      charge.payee,
      charge.amountMinor,
      charge.taxMinor,
      charge.tax,
      charge.rule ?? -1,
      charge.basis,
    );
  }

  settleInCoins(stepMinor: number): void {
    const exactMinor = this.total;
    const off = toStep(exactMinor, stepMinor) - exactMinor;
    if (off === 0) return;
    const payer = off > 0 ? 'shopper' : 'platform';
    const payee = off > 0 ? 'platform' : 'shopper';
    const basis: Basis = { of: 'coins', exactMinor, stepMinor };
    this.push('cash_rounding', undefined, payer, payee, Math.abs(off), 0, undefined, -1, basis);
  }

  private push(
    kind: Charge['kind'],
    line: number | undefined,
    payer: Charge['payer'],
    payee: Charge['payee'],
    amountMinor: number,
    taxMinor: number,
    tax: Tax | undefined,
    rule: number,
    basis: Basis,
  ): void {
    this.charges.push({
      kind,
      line,
      payer,
      payee,
      amountMinor,
      taxMinor,
      tax,
      rule: rule < 0 ? undefined : rule,
      basis,
    });
    if (payer === 'shopper') {
      this.total += amountMinor;
      this.tax += taxMinor;
      if (tax?.how === 'added') this.addedTax += taxMinor;
    }
    if (payee === 'shopper') this.total -= amountMinor;
    if (payee === 'merchant' && kind !== 'deposit') this.merchant += amountMinor - taxMinor;
    if (payer === 'merchant') this.merchant -= amountMinor;
  }
}

function taxIn(priceMinor: number, tax: Tax | undefined): number {
  if (tax === undefined || tax.rateBp === 0) return 0;
  return tax.how === 'added'
    ? shareOfMinor(priceMinor, tax.rateBp as BasisPoints, 'half-up')
    : containedIn(priceMinor, tax);
}

function containedIn(amountMinor: number, tax: Tax | undefined): number {
  return tax === undefined ? 0 : includedTaxMinor(amountMinor, tax.rateBp as BasisPoints, 'half-up');
}

/** What a line costs, without deposit and added tax. */
export function priceOf(line: PricingLine): number {
  if (line.weighed === undefined) return line.unitPriceMinor * line.quantity;
  return divideHalfUp(line.unitPriceMinor, gramsOf(line), 1_000);
}

/** What is charged of a weighed line: from the scales, up to the agreed weight, or as it was ordered. */
function gramsOf({ weighed, quantity }: PricingLine): number {
  const { grams, upToGrams, finalGrams } = weighed!;
  if (finalGrams === undefined) return grams * quantity;
  return Math.min(finalGrams, Math.max(grams, upToGrams ?? 0) * quantity);
}

function itemBasis(line: PricingLine): Basis {
  const { unitPriceMinor, quantity, weighed } = line;
  return weighed === undefined
    ? { of: 'units', unitMinor: unitPriceMinor, quantity }
    : { of: 'weight', perKgMinor: unitPriceMinor, grams: gramsOf(line) };
}

type Way = Basis & { readonly of: 'way' };

function wayOf(
  rule: DeliveryFeeRule,
  metres: number,
  grams: number,
  surgeBp: number,
  stepMinor: number,
): Way {
  const { baseMinor, perKmMinor, includedMetres, includedGrams = 0, perKgMinor = 0, surges } = rule;
  const way: Way = {
    of: 'way',
    baseMinor,
    km: Math.max(0, Math.ceil((metres - includedMetres) / 1_000)),
    perKmMinor,
    kg: perKgMinor === 0 ? 0 : Math.max(0, Math.ceil((grams - includedGrams) / 1_000)),
    perKgMinor,
    surgeBp: surges ? surgeBp : 10_000,
    limitMinor: undefined,
    stepMinor: stepMinor === 1 ? undefined : stepMinor,
  };
  const { maxMinor } = rule;
  return maxMinor !== undefined && wayFee(way) > maxMinor ? { ...way, limitMinor: maxMinor } : way;
}

function wayFee(way: Way): number {
  if (way.limitMinor !== undefined) return way.limitMinor;
  const usual = way.baseMinor + way.km * way.perKmMinor + way.kg * way.perKgMinor;
  return toStep(shareOfMinor(usual, way.surgeBp as BasisPoints, 'half-up'), way.stepMinor);
}

type ShareBasis = Basis & { readonly of: 'share' };

function serviceBasis(
  { rateBp, minMinor = 0, maxMinor }: ServiceFeeRule,
  items: number,
  stepMinor: number,
): ShareBasis {
  const share = shareOfMinor(items, rateBp as BasisPoints, 'half-up');
  const limitMinor = share < minMinor ? minMinor : share > (maxMinor ?? Infinity) ? maxMinor : undefined;
  return {
    of: 'share',
    baseMinor: items,
    rateBp,
    limitMinor,
    stepMinor: stepMinor === 1 ? undefined : stepMinor,
  };
}

function serviceFee({ baseMinor, rateBp, limitMinor, stepMinor }: ShareBasis): number {
  return limitMinor ?? toStep(shareOfMinor(baseMinor, rateBp as BasisPoints, 'half-up'), stepMinor);
}

/** The nearest multiple of a step, half of it up. */
function toStep(minor: number, stepMinor = 1): number {
  if (stepMinor === 1) return minor;
  return Math.floor((minor + stepMinor / 2) / stepMinor) * stepMinor;
}
