export type {
  MarketHistory,
  MarketLoad,
  PromiseCase,
  PromiseParts,
  PromisePrior,
  PromiseWindow,
  StoreHistory,
} from './types.ts';
export { LEVELS, PromiseModel } from './promise-model.ts';
