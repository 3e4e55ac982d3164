import type { LatLng, Polygon } from '@halfhour/kernel';

/** Amounts are whole minor units of the market's currency, rates whole basis points, weights grams, ways metres. */

export type Fulfilment = 'delivery' | 'pickup';

/**
 * When a rule holds: where everything that it names is so. What it does not name does not matter. No rule asks how much is
 * in the basket, so that a larger basket never costs less.
 */
export interface When {
  readonly stores?: readonly string[] | undefined;
  readonly fulfilment?: Fulfilment | undefined;
  /** Of the tariff, by name: where the order is handed over. */
  readonly areas?: readonly string[] | undefined;
  /** 0 = Sunday … 6 = Saturday. */
  readonly weekdays?: readonly number[] | undefined;
  /** Minutes of the day from which and before which; the second may be the smaller one, over midnight. */
  readonly fromMinute?: number | undefined;
  readonly untilMinute?: number | undefined;
}

/** Like `When`, of one line. */
export interface LineWhen extends When {
  readonly categories?: readonly string[] | undefined;
}

export interface TaxRule {
  readonly when?:
    | { readonly classes?: readonly string[] | undefined; readonly areas?: readonly string[] | undefined }
    | undefined;
  readonly rateBp: number;
  /** Whom it is owed to, as the ledger names it: lower case, digits, hyphens. */
  readonly authority: string;
  /** `seller`: whoever is paid, merchant or platform. `marketplace`: the platform, also for what merchants sell. */
  readonly owedBy: 'seller' | 'marketplace';
}

/** What a charge is taxed as; untaxed where there is no class. */
interface Taxed {
  readonly taxClass?: string | undefined;
}

export interface CommissionRule extends Taxed {
  readonly when?: LineWhen | undefined;
  readonly rateBp: number;
}

/** Of the items. */
export interface ServiceFeeRule extends Taxed {
  readonly when?: When | undefined;
  readonly payer: 'shopper' | 'merchant';
  readonly rateBp: number;
  readonly minMinor?: number | undefined;
  readonly maxMinor?: number | undefined;
}

export interface DeliveryFeeRule extends Taxed {
  readonly when?: When | undefined;
  readonly baseMinor: number;
  /** Metres that the base covers; each kilometre begun beyond it costs `perKmMinor`. */
  readonly includedMetres: number;
  readonly perKmMinor: number;
  /** The same for weight; no weight costs anything where they are absent. */
  readonly includedGrams?: number | undefined;
  readonly perKgMinor?: number | undefined;
  /** Whether it rises with the surge while couriers are short. */
  readonly surges: boolean;
  readonly maxMinor?: number | undefined;
  /** Who brings it: the platform's couriers, or the merchant's own. */
  readonly to: 'platform' | 'merchant';
}

/** What is missing to `belowMinor` of items, at most `feeMinor`, so that one article more never makes an order cheaper. */
export interface SmallOrderRule extends Taxed {
  readonly when?: When | undefined;
  readonly belowMinor: number;
  readonly feeMinor: number;
}

export interface PackagingRule extends Taxed {
  readonly when?: When | undefined;
  readonly perOrderMinor: number;
  readonly perItemMinor: number;
  readonly to: 'platform' | 'merchant';
}

/** Of the items, for the merchant. */
export interface ServiceChargeRule extends Taxed {
  readonly when?: When | undefined;
  readonly rateBp: number;
}

/** What a market charges. Of each list the first rule that matches decides, and none is no charge. */
export interface Tariff {
  /** Whether what shoppers pay contains its tax, or has it added. What merchants pay always has it added. */
  readonly shopperTax: 'contained' | 'added';
  readonly areas: readonly { readonly name: string; readonly corners: Polygon }[];
  readonly taxes: readonly TaxRule[];
  readonly commission: readonly CommissionRule[];
  readonly serviceFee: readonly ServiceFeeRule[];
  readonly deliveryFee: readonly DeliveryFeeRule[];
  readonly smallOrderFee: readonly SmallOrderRule[];
  readonly packaging: readonly PackagingRule[];
  readonly serviceCharge: readonly ServiceChargeRule[];
  /** Of bottle deposits; untaxed where absent. */
  readonly depositTaxClass?: string | undefined;
  /** Delivery and service fees are settled to a multiple of this: 100 for whole pesos, 1 for every minor unit. */
  readonly feeStepMinor: number;
  /** What is paid in cash is settled to a multiple of this: 5 where there are no coins below 0.05. */
  readonly cashStepMinor: number;
}

/** A line to be priced. */
export interface PricingLine {
  /** With its options; of a weighed line for a kilogram. */
  readonly unitPriceMinor: number;
  readonly quantity: number;
  readonly taxClass: string;
  readonly category: string;
  /** Of each, such as of a bottle. */
  readonly depositMinor?: number | undefined;
  /** Of each, where it is known. */
  readonly grams?: number | undefined;
  readonly weighed?: Weighed | undefined;
}

/** A line whose price is known when it is on the scales. */
export interface Weighed {
  /** Ordered, of each. */
  readonly grams: number;
  /** What the shopper agrees to pay for, of each; `grams` where absent. */
  readonly upToGrams?: number | undefined;
  /** Of all together, from the scales. What is above the agreed weight is not charged. */
  readonly finalGrams?: number | undefined;
}

export interface PricingInput {
  readonly storeId: string;
  readonly lines: readonly PricingLine[];
  readonly fulfilment: Fulfilment;
  /** Where it is handed over: the door, or the store. */
  readonly place: LatLng;
  readonly metres: number;
  /** On the wall clock of the market, when it is to be there: 0 = Sunday, and minutes of the day. */
  readonly weekday: number;
  readonly minute: number;
  /** What the delivery fee is of itself while couriers are short: 10,000 in usual times. */
  readonly surgeBp: number;
  readonly tipMinor: number;
  readonly isCash?: boolean | undefined;
  /** A delivery fee, or none, that stays whatever the tariff says: of an order whose lines are changed. */
  readonly keptDelivery?: Charge | 'none' | undefined;
}

export type ChargeKind =
  | 'item'
  | 'deposit'
  | 'service_charge'
  | 'packaging'
  | 'small_order_fee'
  | 'delivery_fee'
  | 'service_fee'
  | 'tip'
  | 'cash_rounding'
  | 'commission';

export type Party = 'shopper' | 'merchant' | 'platform' | 'courier';

/** How a charge was taxed. */
export interface Tax {
  readonly taxClass: string;
  readonly rateBp: number;
  readonly authority: string;
  readonly owedBy: TaxRule['owedBy'];
  readonly how: Tariff['shopperTax'];
}

/** The formula of a charge with its numbers: everything that is needed to do the sum again by hand. */
export type Basis =
  | { readonly of: 'units'; readonly unitMinor: number; readonly quantity: number }
  | { readonly of: 'weight'; readonly perKgMinor: number; readonly grams: number }
  | {
      readonly of: 'share';
      readonly baseMinor: number;
      readonly rateBp: number;
      /** Where a least or greatest amount, or what the merchant gets, decided. */
      readonly limitMinor?: number | undefined;
      /** What it was settled to a multiple of, where that is more than one. */
      readonly stepMinor?: number | undefined;
    }
  | {
      readonly of: 'way';
      readonly baseMinor: number;
      readonly km: number;
      readonly perKmMinor: number;
      readonly kg: number;
      readonly perKgMinor: number;
      readonly surgeBp: number;
      /** The rule's greatest amount, where it decided. */
      readonly limitMinor?: number | undefined;
      /** What it was settled to a multiple of, where that is more than one. */
      readonly stepMinor?: number | undefined;
    }
  | {
      readonly of: 'missing';
      readonly itemsMinor: number;
      readonly belowMinor: number;
      readonly feeMinor: number;
    }
  | {
      readonly of: 'packing';
      readonly perOrderMinor: number;
      readonly perItemMinor: number;
      readonly quantity: number;
    }
  | { readonly of: 'given' }
  | { readonly of: 'coins'; readonly exactMinor: number; readonly stepMinor: number };

/** One thing that one party pays another for one reason. */
export interface Charge {
  readonly kind: ChargeKind;
  /** The line that it is for, by its place; undefined for the order as a whole. */
  readonly line: number | undefined;
  readonly payer: Party;
  readonly payee: Party;
  /** What is paid, with its tax; never negative. */
  readonly amountMinor: number;
  /** The tax in it. */
  readonly taxMinor: number;
  readonly tax: Tax | undefined;
  /**
   * The rule of the tariff that decided, by its place in its list. Of an item: the rule of commission that it comes under.
   * Undefined where no rule has decided.
   */
  readonly rule: number | undefined;
  readonly basis: Basis;
}

/** Who pays what to whom, and what it comes to for the shopper. */
export interface Priced {
  readonly charges: readonly Charge[];
  /** The lines, without deposits and added tax. */
  readonly itemsMinor: number;
  /** All that the shopper pays. */
  readonly totalMinor: number;
  /** Tax in what the shopper pays. */
  readonly taxMinor: number;
  /** The part of `taxMinor` that was added to prices. */
  readonly addedTaxMinor: number;
}

/** Whom a part of the money belongs to. */
export type Owner =
  | { readonly of: 'merchant' }
  | { readonly of: 'courier' }
  | { readonly of: 'platform'; readonly kind: ChargeKind }
  | { readonly of: 'authority'; readonly authority: string };

/** Negative: the owner pays it, such as the platform for what coins cannot settle. */
export interface Share {
  readonly owner: Owner;
  readonly amountMinor: number;
}
