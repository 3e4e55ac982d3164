export type {
  Basis,
  Charge,
  ChargeKind,
  Owner,
  Party,
  Priced,
  PricingInput,
  PricingLine,
  Share,
  Tariff,
  Tax,
  Weighed,
} from './types.ts';
export { explainCharge } from './explain-charge.ts';
export { type MerchantFee, merchantFees, merchantFeesBack } from './merchant-fees.ts';
export { type PreparedTariff, prepareTariff } from './match-rule.ts';
export { authorisedTotalMinor, priceBasket } from './price-basket.ts';
export {
  type Refunded,
  type RefundFault,
  type RefundOfCharges,
  type RefundWish,
  NOTHING_REFUNDED,
  refundCharges,
  refundableMinor,
} from './refund-charges.ts';
export { sharesOf } from './shares.ts';
export { type StoredCharges, readCharges, storeCharges } from './stored-charges.ts';
export { type TariffFault, faultsOfTariff } from './tariff-faults.ts';
