import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OrderId, epochMs, systemTicker } from '@halfhour/kernel';
import type { OrderChange } from '@halfhour/platform/ordering';
import {
  type Database,
  makeBackup,
  migrate,
  openDatabase,
  restoreBackup,
  startEmbeddedPostgres,
} from '@halfhour/platform/postgres';
import { MODULES_FOLDER, type TestOrdering, createTestOrdering } from '@halfhour/platform/testing';
import type { BenchOptions } from './run.ts';

/**
 * How long a backup and a restore take. Some hundred orders live a whole life through the command layer; their rows,
 * events and postings are then copied inside Postgres under other keys until the tables hold as many orders as asked
 * for, so that the bytes an order takes, indexes included, are those of real ones. `--full` aims at ten million and
 * takes as many as two copies of fit into half of the free disk; what ten million take is shown from that.
 */
const SCALE = 10_000_000;
const SEEDS = 1_000;
const DEFAULT_ORDERS = 100_000;
/** Orders whose rows are copied in one statement. */
const BATCH_ORDERS = 50_000;

export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'halfhour-bench-'));
  await chmod(root, 0o755);
  try {
    await measure(root, { json, aim: full ? SCALE : Number(args[0] ?? DEFAULT_ORDERS) });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function measure(root: string, { json, aim }: { json: boolean; aim: number }): Promise<void> {
  const dataFolder = join(root, 'data');
  const settings = { shared_buffers: '1GB', max_wal_size: '4GB', synchronous_commit: 'off' };
  const server = await startEmbeddedPostgres({ folder: dataFolder, settings });
  const db = openDatabase({ connection: server.connection, maxConnections: 8 });
  let made: Awaited<ReturnType<typeof fillAndBackUp>>;
  try {
    made = await fillAndBackUp(db, root, dataFolder, aim);
  } finally {
    await db.close();
    await server.stop();
  }
  const { filled, backup, bytesPerOrder, backupSeconds } = made;
  // Two copies at a time are enough for a disk.
  await rm(dataFolder, { recursive: true });

  const restoring = performance.now();
  let found = 0;
  await restoreBackup({
    source: backup.folder,
    dataFolder: join(root, 'restored'),
    ticker: systemTicker,
    searchPath: '',
    async check(restored) {
      found = await countTable(restored, filled.table);
    },
  });
  const restoreSeconds = (performance.now() - restoring) / 1_000;
  if (found !== filled.rows)
    throw new Error(`${found} rows of ${filled.table} were restored of ${filled.rows}`);
  report(json, { orders: filled.orders, bytesPerOrder, bytes: backup.bytes, backupSeconds, restoreSeconds });
}

async function fillAndBackUp(db: Database, root: string, dataFolder: string, aim: number) {
  const filled = await fill(db, root, aim);
  await db.query('vacuum');
  await db.query('checkpoint');
  const bytesPerOrder = ((await databaseBytes(db)) - filled.baseBytes) / filled.orders;
  const started = performance.now();
  const backup = await makeBackup(db, dataFolder, join(root, 'backups'));
  return { filled, backup, bytesPerOrder, backupSeconds: (performance.now() - started) / 1_000 };
}

interface Figures {
  readonly orders: number;
  readonly bytesPerOrder: number;
  readonly bytes: number;
  readonly backupSeconds: number;
  readonly restoreSeconds: number;
}

function report(
  json: boolean,
  { orders, bytesPerOrder, bytes, backupSeconds, restoreSeconds }: Figures,
): void {
  const megabytes = bytes / 1_000_000;
  const gigabytesAtScale = (bytesPerOrder * SCALE) / 1_000_000_000;
  const [backupSpeed, restoreSpeed] = [megabytes / backupSeconds, megabytes / restoreSeconds];
  const minutesAtScale = (speed: number): number => (gigabytesAtScale * 1_000) / speed / 60;
  if (json) {
    console.log(
      JSON.stringify({
        orders,
        bytesPerOrder: Math.round(bytesPerOrder),
        megabytes: Math.round(megabytes),
        backupMegabytesPerSecond: Math.round(backupSpeed),
        restoreMegabytesPerSecond: Math.round(restoreSpeed),
        backupMinutesFor10MillionOrders: Math.round(minutesAtScale(backupSpeed) * 10) / 10,
        restoreMinutesFor10MillionOrders: Math.round(minutesAtScale(restoreSpeed) * 10) / 10,
      }),
    );
    return;
  }
  console.table([
    row('backup', megabytes, backupSeconds, backupSpeed),
    row('restore', megabytes, restoreSeconds, restoreSpeed),
  ]);
  const times = `backup ${minutesAtScale(backupSpeed).toFixed(1)} min, restore ${minutesAtScale(restoreSpeed).toFixed(1)} min`;
  console.log(
    `${orders.toLocaleString('en')} orders of ${Math.round(bytesPerOrder)} bytes each, indexes and events included`,
  );
  console.log(`at these speeds 10 million orders (${gigabytesAtScale.toFixed(1)} GB): ${times}`);
}

function row(what: string, megabytes: number, seconds: number, speed: number): Record<string, string> {
  return { what, MB: megabytes.toFixed(0), seconds: seconds.toFixed(1), 'MB/s': speed.toFixed(0) };
}

interface Filled {
  readonly orders: number;
  /** One of those that grow with the orders, and its rows. */
  readonly table: string;
  readonly rows: number;
  /** Of the database before the first order. */
  readonly baseBytes: number;
}

/** Real orders, and copies of them until there are `aim` or half of the free disk would be taken. */
async function fill(db: Database, root: string, aim: number): Promise<Filled> {
  const migrated = await migrate(db, MODULES_FOLDER);
  if (!migrated.ok) throw new Error(migrated.error.message);
  const test = await createTestOrdering(db, { cans: 10_000_000, couriers: 1 });
  const before = await countRows(db);
  const baseBytes = await databaseBytes(db);
  for (let done = 0; done < SEEDS; done += 250) {
    await Promise.all(Array.from({ length: 250 }, () => liveOrder(test)));
  }
  await db.query('analyze');
  const after = await countRows(db);
  const grown = [...after].filter(([table, rows]) => rows - (before.get(table) ?? 0) >= SEEDS);
  await db.query('create schema bench');
  const tables = await Promise.all(grown.map(([table]) => describeTable(db, table)));
  const counted = tables.find(({ name }) => name.startsWith('ordering.'));
  if (counted === undefined) throw new Error('no table of ordering has grown with the orders');

  const { bavail, bsize } = await statfs(root);
  let most = aim;
  let copies = 0;
  while ((copies + 1) * SEEDS < most) {
    const next = Math.min(Math.ceil(BATCH_ORDERS / SEEDS), Math.floor(most / SEEDS) - 1 - copies);
    for (const table of tables) await copySeeds(db, table, copies + 1, copies + next);
    copies += next;
    const bytesPerOrder = ((await databaseBytes(db)) - baseBytes) / (copies * SEEDS);
    most = Math.min(aim, Math.floor((bavail * bsize * 0.25) / bytesPerOrder));
  }
  await db.query('drop schema bench cascade');
  const { name } = counted;
  return { orders: (copies + 1) * SEEDS, table: name, rows: await countTable(db, name), baseBytes };
}

/** Two lines, paid, accepted, ready, picked up, delivered and posted. */
async function liveOrder({ ordering, market, shopperId, key, clock }: TestOrdering): Promise<void> {
  const basket = market.basket([
    { offerId: market.dish.offerId, quantity: 1 },
    { offerId: market.can.offerId, quantity: 2 },
  ]);
  const quote = await ordering.quote(market.marketId, basket);
  if (!quote.ok) throw new Error(quote.error.code);
  const placed = await ordering.placeOrder(market.marketId, {
    shopperId,
    command: key(),
    basket,
    expectedTotalMinor: quote.value.totalMinor,
    paymentMethod: 'test_approve',
  });
  if (!placed.ok) throw new Error(placed.error.code);
  const orderId: OrderId = placed.value.id;
  const courierId = market.courierIds[0]!;
  const changes: OrderChange[] = [
    { orderId, kind: 'accept', by: 'merchant' },
    {
      orderId,
      kind: 'assign',
      by: 'system',
      courierId,
      expectedDeliveryAt: epochMs(clock.now() + 1_200_000),
    },
    { orderId, kind: 'ready', by: 'merchant' },
    { orderId, kind: 'pick_up', by: 'courier', courierId },
    { orderId, kind: 'deliver', by: 'courier', courierId },
  ];
  for (const change of changes) {
    const changed = await ordering.change(market.marketId, change, key());
    if (!changed.ok) throw new Error(changed.error.code);
  }
}

interface TableShape {
  readonly name: string;
  readonly seeds: string;
  readonly columns: readonly string[];
  /** What a copy has in place of each column: keys that are unique are moved, all else stays. */
  readonly values: readonly string[];
}

/** Rows of each table of the platform. */
async function countRows(db: Database): Promise<Map<string, number>> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition and nspname !~ '^(pg_|information_schema)'`,
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) counts.set(name, await countTable(db, name));
  return counts;
}

async function countTable(db: Database, table: string): Promise<number> {
  const [found] = await db.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return found!.count;
}

/** Unique numbers, ids and counters alike, are moved behind those of the copy before; texts get the copy's number. */
async function describeTable(db: Database, name: string): Promise<TableShape> {
  const columns = await db.query<{ name: string; type: string; is_unique: boolean }>(
    `select quote_ident(attname) as name, format_type(atttypid, null) as type,
       exists (
         select from pg_index where indrelid = attrelid and indisunique and attnum = any(indkey)
       ) and attname <> 'market_id' as is_unique
     from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
     order by attnum`,
    [name],
  );
  const seeds = `bench.${name.replaceAll(/\W/g, '_')}`;
  await db.query(`create unlogged table ${seeds} as select * from ${name}`);
  const values = [];
  for (const column of columns) values.push(await valueOf(db, name, column));
  return { name, seeds, columns: columns.map((column) => column.name), values };
}

async function valueOf(
  db: Database,
  table: string,
  { name, type, is_unique: isUnique }: { name: string; type: string; is_unique: boolean },
): Promise<string> {
  if (!isUnique) return name;
  if (type === 'text') return `${name} || '-' || k`;
  if (type === 'uuid') return `md5(${name}::text || k)::uuid`;
  if (type !== 'bigint') return name;
  const [found] = await db.query<{ span: string; distinct: number }>(
    `select (max(${name}) - min(${name}) + 1)::text as span, count(distinct ${name})::int as distinct
     from ${table}`,
  );
  // What few rows share, such as an account, stays: the other columns of the key tell the copies apart.
  return found!.distinct < SEEDS ? name : `${name} + k * ${found!.span}`;
}

/** Without the triggers, which look at each transaction of the ledger by itself. */
async function copySeeds(db: Database, table: TableShape, first: number, last: number): Promise<void> {
  const { name, seeds, columns, values } = table;
  await db.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `insert into ${name} (${columns.join(', ')}) overriding system value
       select ${values.join(', ')} from ${seeds}, generate_series(${first}::bigint, ${last}::bigint) as k`,
    );
  });
}

async function databaseBytes(db: Database): Promise<number> {
  const [found] = await db.query<{ bytes: string }>(`select pg_database_size(current_database()) as bytes`);
  return Number(found!.bytes);
}
