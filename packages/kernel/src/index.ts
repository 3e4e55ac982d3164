export { type Ok, type Err, type Result, ok, err } from './result.ts';
export { InvariantViolation, invariant, unreachable } from './invariant.ts';
export {
  type EpochMs,
  type LocalTime,
  SECOND_MS,
  MINUTE_MS,
  HOUR_MS,
  DAY_MS,
  epochMs,
  addMs,
  toRfc3339,
  fromRfc3339,
  localTime,
} from './time.ts';
export {
  type Currency,
  type Money,
  type BasisPoints,
  type Rounding,
  currency,
  money,
  basisPoints,
  addMoney,
  subtractMoney,
  negateMoney,
  shareOf,
  shareOfMinor,
  includedTaxMinor,
  allocate,
} from './money.ts';
export {
  type LatLng,
  type Polygon,
  distanceMetres,
  isInside,
  circlePolygon,
  toPosition,
  fromPosition,
} from './geo.ts';
export { type Clock, type Ticker, ManualClock, ScaledClock, sleep } from './clock.ts';
export { type Random, seededRandom, exponential, normal } from './random.ts';
export {
  type Id,
  type IdPrefix,
  type IdSource,
  type MarketId,
  type MerchantId,
  type StoreId,
  type ArticleId,
  type OfferId,
  type OrderId,
  type PaymentId,
  type RefundId,
  type CourierId,
  type ShiftId,
  type TaskId,
  type RouteId,
  type AccountId,
  type TransactionId,
  type UserId,
  type WebhookId,
  type WebhookMessageId,
  type SessionId,
  type ApiKeyId,
  createIdSource,
  idFromKey,
  keyOf,
  parseId,
} from './ids.ts';
export {
  type GroupExecutor,
  type GroupExecutorOptions,
  GroupOverloaded,
  createGroupExecutor,
} from './group-executor.ts';
export { systemTicker, systemNow } from './system.ts';
