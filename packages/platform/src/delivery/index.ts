export {
  type AssignRefusal,
  type Assignment,
  type PlanOptions,
  type StaleFence,
  MAX_OPEN_ROUTES,
} from './assign-routes.ts';
export { type HandDeps, assignByHand, releaseByHand } from './by-hand.ts';
export { declineRoute } from './decline-route.ts';
export { selectDeclines } from './decline-store.ts';
export { type Delivery, type DeliveryDeps, type StopWork, createDelivery } from './delivery.ts';
export {
  type Drop,
  type DropoffRecord,
  type PickupRecord,
  type RouteRecord,
  type RouteRefusal,
  MAX_WRONG_CODES,
  PICKUP_NUMBER,
  currentRoute,
  isFirm,
  isOpen,
  isPickedUp,
  nextStopNumber,
  payOf,
  remaining,
  workOf,
} from './route.ts';
export { routePay } from './route-pay.ts';
export { passFence, selectOpenRoutes, selectRoutes, selectRoutesOfOrders } from './route-store.ts';
export { createDeliveryRoutes } from './routes.ts';
export { toRoute } from './to-route.ts';
export { type RouteUpdate, type UpdateRefusal } from './update-routes.ts';
export { type Worker } from './work-stops.ts';
