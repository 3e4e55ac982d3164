import type {
  Amounts,
  Basket,
  BasketLine,
  Names,
  OptionGroup,
  PricedLine,
  TaxClass,
} from '@halfhour/contract';
import {
  type ArticleId,
  type BasisPoints,
  type Currency,
  type OfferId,
  type Result,
  type StoreId,
  basisPoints,
  err,
  includedTaxMinor,
  ok,
  shareOfMinor,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { Split } from './order.ts';

/** What of a market's policy decides prices. Prices contain tax. */
export interface PricingPolicy {
  readonly currency: Currency;
  readonly commissionBp: number;
  readonly serviceFeeBp: number;
  readonly deliveryFeeMinor: number;
  readonly deliveryFeePerKmMinor: number;
  /** Metres that the base delivery fee covers. */
  readonly freeDistanceMetres: number;
  /** What the delivery fee is of itself while couriers are short; 10,000 where absent. */
  readonly surgeFeeBp?: number;
  readonly taxBp: { readonly standard: number; readonly reduced: number; readonly exempt: number };
}

/** What pricing needs of an offer. */
export interface SellableOffer {
  readonly storeId: StoreId;
  readonly articleId: ArticleId;
  readonly names: Names;
  readonly taxClass: TaxClass;
  readonly priceMinor: number;
  readonly available: boolean;
  readonly optionGroups: readonly OptionGroup[];
}

export interface PricedBasket {
  readonly lines: PricedLine[];
  readonly amounts: Amounts;
  readonly split: Split;
}

/**
 * Prices a basket from the offers as they are now. Taxes are contained in the prices; fees carry the standard
 * rate. Commission is a share of the items.
 */
export function priceBasket(
  basket: Basket,
  offers: ReadonlyMap<OfferId, SellableOffer>,
  distanceMetres: number,
  policy: PricingPolicy,
): Result<PricedBasket, ApiError> {
  const lines = priceLines(basket.lines, basket.storeId, offers, policy);
  if (!lines.ok) return lines;
  const extraKm = Math.max(0, Math.ceil((distanceMetres - policy.freeDistanceMetres) / 1_000));
  const usualFeeMinor = policy.deliveryFeeMinor + extraKm * policy.deliveryFeePerKmMinor;
  const deliveryFeeMinor = Math.round((usualFeeMinor * (policy.surgeFeeBp ?? 10_000)) / 10_000);
  return ok({
    lines: lines.value,
    ...sumUp(lines.value, { deliveryFeeMinor, tipMinor: basket.tipMinor }, policy),
  });
}

/** Prices lines by themselves, from the offers as they are now. */
export function priceLines(
  wanted: readonly BasketLine[],
  storeId: StoreId,
  offers: ReadonlyMap<OfferId, SellableOffer>,
  policy: Pick<PricingPolicy, 'taxBp'>,
): Result<PricedLine[], ApiError> {
  const unknown: { line: number; offerId: OfferId }[] = [];
  const misfits: { line: number; groupId: string; problem: string }[] = [];
  const lines = wanted.map((line, index): PricedLine | undefined => {
    const offer = offers.get(line.offerId);
    if (offer === undefined || offer.storeId !== storeId || !offer.available) {
      unknown.push({ line: index, offerId: line.offerId });
      return undefined;
    }
    const options = line.options.map(({ groupId, optionId }) => {
      const option = offer.optionGroups
        .find((group) => group.id === groupId)
        ?.options.find((each) => each.id === optionId);
      if (option === undefined)
        misfits.push({ line: index, groupId, problem: `there is no option ${optionId}` });
      return {
        groupId,
        optionId,
        names: option?.names ?? { en: optionId },
        priceMinor: option?.priceMinor ?? 0,
      };
    });
    for (const group of offer.optionGroups) {
      const chosen = options.filter((option) => option.groupId === group.id);
      if (chosen.length < group.minChoices || chosen.length > group.maxChoices) {
        const problem = `choose ${group.minChoices} to ${group.maxChoices}, not ${chosen.length}`;
        misfits.push({ line: index, groupId: group.id, problem });
      }
      if (new Set(chosen.map((option) => option.optionId)).size < chosen.length) {
        misfits.push({ line: index, groupId: group.id, problem: 'an option is chosen twice' });
      }
    }
    const unitPriceMinor = offer.priceMinor + options.reduce((sum, option) => sum + option.priceMinor, 0);
    const totalMinor = unitPriceMinor * line.quantity;
    return {
      offerId: line.offerId,
      articleId: offer.articleId,
      names: offer.names,
      quantity: line.quantity,
      unitPriceMinor,
      options,
      totalMinor,
      taxMinor: includedTaxMinor(totalMinor, basisPoints(policy.taxBp[offer.taxClass]), 'half-up'),
      ...(line.substitutions === undefined ? {} : { substitutions: line.substitutions }),
    };
  });
  if (unknown.length > 0) return err({ code: 'unknown_article', lines: unknown });
  if (misfits.length > 0) return err({ code: 'invalid_options', lines: misfits });
  return ok(lines as PricedLine[]);
}

/**
 * What lines come to with the fees, and who gets what of it. Every part is settled half up to a whole minor unit, and
 * the parts of the split add up to the total because the merchant's is what is left.
 */
export function sumUp(
  lines: readonly PricedLine[],
  { deliveryFeeMinor, tipMinor }: { readonly deliveryFeeMinor: number; readonly tipMinor: number },
  policy: PricingPolicy,
): { readonly amounts: Amounts; readonly split: Split } {
  const itemsMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
  const itemsTax = lines.reduce((sum, line) => sum + line.taxMinor, 0);
  const serviceFeeMinor = shareOfMinor(itemsMinor, basisPoints(policy.serviceFeeBp), 'half-up');
  const standard: BasisPoints = basisPoints(policy.taxBp.standard);
  const deliveryTax = includedTaxMinor(deliveryFeeMinor, standard, 'half-up');
  const serviceTax = includedTaxMinor(serviceFeeMinor, standard, 'half-up');
  const commissionMinor = Math.min(
    shareOfMinor(itemsMinor, basisPoints(policy.commissionBp), 'half-up'),
    itemsMinor - itemsTax,
  );
  const taxMinor = itemsTax + deliveryTax + serviceTax;
  return {
    amounts: {
      currency: policy.currency,
      itemsMinor,
      deliveryFeeMinor,
      serviceFeeMinor,
      tipMinor,
      taxMinor,
      totalMinor: itemsMinor + deliveryFeeMinor + serviceFeeMinor + tipMinor,
    },
    split: {
      merchantMinor: itemsMinor - itemsTax - commissionMinor,
      commissionMinor,
      deliveryFeeMinor: deliveryFeeMinor - deliveryTax,
      serviceFeeMinor: serviceFeeMinor - serviceTax,
      taxMinor,
      tipMinor,
    },
  };
}
