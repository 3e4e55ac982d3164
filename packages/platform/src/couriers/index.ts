export {
  type CourierDraft,
  type CourierPosition,
  type CourierRecord,
  type Vehicle,
  maySteer,
  toCourier,
  withPosition,
} from './courier.ts';
export {
  type CourierWork,
  type ShiftRecord,
  insertCouriers,
  lockCourier,
  selectCouriers,
  selectShiftSeconds,
  selectShiftsOf,
} from './courier-store.ts';
export { type Couriers, type CouriersOptions, createCouriers } from './create-couriers.ts';
export { createEquipmentRoutes, selectEquipment } from './equipment.ts';
export { type CourierShift, selectShifts } from './shift-store.ts';
export type { PositionListener } from './position-board.ts';
export { createCourierRoutes } from './routes.ts';
export { setCourierWork } from './set-courier-work.ts';
