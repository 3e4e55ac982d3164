export { type ChangeOutcome } from './change-orders.ts';
export { type Ordering, type OrderingDeps, createOrdering } from './create-ordering.ts';
export { type Actor, type OrderChange, type OrderRecord, changeOrder, toOrder, waitsSince } from './order.ts';
export { merchantFeesOf } from './merchant-fees-of.ts';
export { readOrderHistory } from './order-history.ts';
export {
  type DayFigures,
  listOrders,
  selectDayFigures,
  selectOpenOrders,
  selectOrders,
} from './order-store.ts';
export { type PlaceOrder } from './place-orders.ts';
export { repriceOrder } from './reprice-order.ts';
export { type MarketTariffs, type TariffSource, tariffOfPolicy } from './tariff-source.ts';
export { type PromiseBasis, type PromiseSource, priorOf, secondOfDay } from './promise-source.ts';
export { estimateStore } from './estimate-store.ts';
export { type EstimateTrip, quoteBasket } from './quote-basket.ts';
export { createOrderingRoutes, findOwn } from './routes.ts';
