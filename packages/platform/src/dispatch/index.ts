export { selectDecision } from './decision-store.ts';
export { type Candidate, type Decision, type DecisionReason } from './decisions.ts';
export {
  type Dispatcher,
  type DispatcherDeps,
  type DispatcherOptions,
  type TickReport,
  createDispatcher,
} from './dispatcher.ts';
export {
  type DispatchOrder,
  type DispatchStore,
  type MarketMemory,
  followEvents,
  readMemory,
} from './market-memory.ts';
export { createDispatchRoutes } from './routes.ts';
export { type Travel } from './snapshot.ts';
