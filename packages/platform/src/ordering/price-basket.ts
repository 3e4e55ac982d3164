import type {
  Amounts,
  Basket,
  BasketLine,
  Names,
  OptionGroup,
  PricedLine,
  TaxClass,
} from '@halfhour/contract';
import { type Charge, type PricingLine, priceBasket as priceByTariff } from '@halfhour/engines/pricing';
import {
  type ArticleId,
  type Currency,
  type EpochMs,
  type LatLng,
  type OfferId,
  type Result,
  type StoreId,
  err,
  localTime,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { TariffVersion } from './tariff-source.ts';

/** What prices an order: the tariff that it has, in the market's currency. */
export interface PricingTerms {
  readonly currency: Currency;
  /** In which hours and weekdays of the tariff are told. */
  readonly timeZone: string;
  readonly tariff: TariffVersion;
}

/** What of an order besides its lines decides what it costs. */
export interface PricedFor {
  readonly storeId: StoreId;
  readonly address: LatLng;
  /** When it is to be there: now, or the start of its slot. */
  readonly at: EpochMs;
  readonly metres: number;
  /** What the delivery fee is of itself while couriers are short; 10,000 in usual times. */
  readonly surgeBp: number;
  readonly tipMinor: number;
  /** The delivery fee that it was placed with, and keeps; `none` is one as well. */
  readonly keptDelivery?: Charge | 'none' | undefined;
}

/** What pricing needs of an offer. */
export interface SellableOffer {
  readonly storeId: StoreId;
  readonly articleId: ArticleId;
  readonly names: Names;
  readonly category: string;
  readonly taxClass: TaxClass;
  readonly priceMinor: number;
  readonly available: boolean;
  readonly optionGroups: readonly OptionGroup[];
}

export interface PricedBasket {
  readonly lines: PricedLine[];
  readonly amounts: Amounts;
  readonly charges: readonly Charge[];
}

/** Prices a basket from the offers as they are now, by a tariff. */
export function priceBasket(
  basket: Basket,
  offers: ReadonlyMap<OfferId, SellableOffer>,
  priced: PricedFor,
  terms: PricingTerms,
): Result<PricedBasket, ApiError> {
  const lines = priceLines(basket.lines, basket.storeId, offers);
  return lines.ok ? ok(sumUp(lines.value, priced, terms)) : lines;
}

/** Prices lines by themselves, from the offers as they are now; their tax is for `sumUp` to tell. */
export function priceLines(
  wanted: readonly BasketLine[],
  storeId: StoreId,
  offers: ReadonlyMap<OfferId, SellableOffer>,
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
      taxMinor: 0,
      taxClass: offer.taxClass,
      category: offer.category,
      ...(line.substitutions === undefined ? {} : { substitutions: line.substitutions }),
    };
  });
  if (unknown.length > 0) return err({ code: 'unknown_article', lines: unknown });
  if (misfits.length > 0) return err({ code: 'invalid_options', lines: misfits });
  return ok(lines as PricedLine[]);
}

/** What lines come to with all that is charged for the order, and who pays what to whom. */
export function sumUp<L extends PricedLine>(
  lines: readonly L[],
  priced: PricedFor,
  { currency, timeZone, tariff }: PricingTerms,
): { readonly lines: L[]; readonly amounts: Amounts; readonly charges: readonly Charge[] } {
  const { weekday, minuteOfDay } = localTime(priced.at, timeZone);
  const { charges, itemsMinor, taxMinor, totalMinor } = priceByTariff(tariff.prepared, {
    storeId: priced.storeId,
    lines: lines.map(pricingLine),
    fulfilment: 'delivery',
    place: priced.address,
    metres: priced.metres,
    weekday,
    minute: minuteOfDay,
    surgeBp: priced.surgeBp,
    tipMinor: priced.tipMinor,
    keptDelivery: priced.keptDelivery,
  });
  let deliveryFeeMinor = 0;
  let serviceFeeMinor = 0;
  const taxed = [...lines];
  for (const { kind, line, payer, amountMinor, taxMinor: itsTax } of charges) {
    if (kind === 'item') {
      if (taxed[line!]!.taxMinor !== itsTax) taxed[line!] = { ...taxed[line!]!, taxMinor: itsTax };
    } else if (kind === 'delivery_fee') deliveryFeeMinor += amountMinor;
    else if (kind === 'service_fee' && payer === 'shopper') serviceFeeMinor += amountMinor;
  }
  const { tipMinor } = priced;
  const otherMinor = totalMinor - itemsMinor - deliveryFeeMinor - serviceFeeMinor - tipMinor;
  const amounts: Amounts = {
    currency,
    itemsMinor,
    deliveryFeeMinor,
    serviceFeeMinor,
    tipMinor,
    taxMinor,
    totalMinor,
  };
  if (otherMinor !== 0) amounts.otherMinor = otherMinor;
  return { lines: taxed, amounts, charges };
}

function pricingLine({ unitPriceMinor, quantity, taxClass, category }: PricedLine): PricingLine {
  // Lines of before these were kept were all taxed in one way by one rule.
  return { unitPriceMinor, quantity, taxClass: taxClass ?? 'standard', category: category ?? '' };
}
