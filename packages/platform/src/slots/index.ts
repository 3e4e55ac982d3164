export { type SlotWish, nextFreeSlots } from './next-free-slots.ts';
export { type SlotRouteDeps, createSlotRoutes } from './routes.ts';
export { setPlan } from './set-plan.ts';
export { type PlannedSlot, findSlot } from './slot-plan.ts';
export {
  type SlotKey,
  forgetSlots,
  lockSlots,
  releasePlaces,
  selectPlans,
  selectTaken,
  slotName,
  takePlaces,
} from './slot-store.ts';
