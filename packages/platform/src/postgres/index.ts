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
