export type { Travel } from './courier-outlook.ts';
export {
  type Decision,
  type Dispatcher,
  type DispatcherDeps,
  type DispatcherOptions,
  type TickOutcome,
  createDispatcher,
} from './create-dispatcher.ts';
