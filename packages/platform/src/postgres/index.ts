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
  type ArchiveState,
  type Backup,
  listBackups,
  makeBackup,
  pruneBackups,
  readArchiveState,
} from './backup.ts';
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
export { Line } from './line.ts';
export { type MigrationError, compareMigrations, migrate } from './migrate.ts';
export { ensurePartitions } from './partitions.ts';
export { rememberRows } from './remembered-rows.ts';
export { makeRemoteBackup } from './remote-backup.ts';
export { type Restored, restoreBackup } from './restore.ts';
export { type Standby, startStandby } from './standby.ts';
export { claimArchive, findArchive, prepareArchive } from './wal-archive.ts';
