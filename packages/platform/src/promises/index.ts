export { type Promises, createPromises } from './create-promises.ts';
export { readMarket } from './reading.ts';
export { createPromiseRoutes } from './routes.ts';
