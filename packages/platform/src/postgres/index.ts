export {
  booleanArray,
  bytesArray,
  int2Array,
  int4Array,
  int8Array,
  jsonArray,
  keyArray,
  keyRange,
  momentArray,
  textArray,
} from './arrays.ts';
export {
  type Database,
  type DatabaseOptions,
  type Queryable,
  TransactionConflict,
  type Tx,
  isRowFault,
  openDatabase,
  single,
  sqlState,
} from './database.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  connectionOf,
  isReachable,
  startEmbeddedPostgres,
} from './embedded.ts';
export { type MigrationError, migrate } from './migrate.ts';
export { ensurePartitions } from './partitions.ts';
