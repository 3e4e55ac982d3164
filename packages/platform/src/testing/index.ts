export { eventsOf } from './events-of.ts';
export { createEmptyMarket, createTestDatabase } from './test-database.ts';
export { MODULES_FOLDER, TEST_SERVER_VARIABLE, startTestServer } from './test-server.ts';
export { type TestMarket, TEST_PLACE, TEST_START, createTestMarket } from './test-market.ts';
export { type TestOrdering, createTestOrdering } from './test-ordering.ts';
export {
  type Action,
  type Change,
  type Line,
  type Model,
  type Method,
  COURIERS,
  STORES,
  createModel,
  explain,
  linesAfter,
  stockName,
  totalOf,
} from './order-model.ts';
export { type OrderWorld, PROCESSES, createOrderWorld } from './order-world.ts';
