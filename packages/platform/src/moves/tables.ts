import { type Queryable } from '../postgres/index.ts';

/** Which orders and routes may have changed since the round before, and from where its journals go on. */
export interface Since {
  /** The last event that the round before has read. */
  readonly seq: string;
  /** Of keys, as high bits: what has a later one may be new. */
  readonly key: string;
  /** Of the market's clock. */
  readonly at: string;
  readonly orders: readonly string[];
  readonly routes: readonly string[];
}

/** A table of the market and which of its rows to copy again; all of them where `changed` is absent. */
export interface MovedTable {
  readonly name: string;
  readonly changed?: (since: Since) => string;
  /** Rows are never changed or deleted: those that are there stay. */
  readonly isJournal?: true;
}

const among = (column: string, keys: readonly string[]): string =>
  `${column} = any ('{${keys.join(',')}}'::bigint[])`;

/** What grows with every order. Parents of foreign keys come before their children. */
const GROWING: readonly MovedTable[] = [
  { name: 'ledger.account', isJournal: true },
  { name: 'ledger.period_close', isJournal: true },
  { name: 'events.batch', changed: ({ seq }) => `seq > ${seq}`, isJournal: true },
  { name: 'ledger.transaction', changed: ({ key }) => `transaction_id >= ${key}`, isJournal: true },
  { name: 'audit.action', changed: ({ key }) => `action_id >= ${key}`, isJournal: true },
  { name: 'settlements.invoice', changed: ({ key }) => `invoice_id >= ${key}`, isJournal: true },
  { name: 'wallet.movement', changed: ({ key }) => `movement_id >= ${key}`, isJournal: true },
  { name: 'commands.command', changed: ({ at }) => `at >= '${at}'::timestamptz`, isJournal: true },
  { name: 'inventory.movement', changed: ({ key }) => `written >= ${key}` },
  { name: 'ordering.placement', changed: ({ orders }) => among('order_id', orders) },
  { name: 'ordering.progress', changed: ({ orders }) => among('order_id', orders) },
  { name: 'payments.payment', changed: ({ orders }) => among('order_id', orders) },
  { name: 'payments.test_operation', changed: ({ at }) => `at >= '${at}'::timestamptz` },
  { name: 'delivery.route', changed: ({ routes }) => among('route_id', routes) },
  { name: 'delivery.carried', changed: ({ orders }) => among('order_id', orders) },
  { name: 'delivery.decline', changed: ({ orders }) => among('order_id', orders) },
  { name: 'dispatch.decision', changed: ({ at }) => `decided_at >= '${at}'::timestamptz` },
];

/** What is copied whole in each round. */
const WHOLE: readonly string[] = [
  'catalogue.article',
  'catalogue.handling',
  'catalogue.offer',
  'couriers.courier',
  'couriers.equipment',
  'couriers.position',
  'couriers.shift',
  'delivery.fence',
  'dispatch.lease',
  'dispatch.policy',
  'events.head',
  'events.reader',
  'inventory.stock',
  'ledger.balance',
  'payments.cash_deposit',
  'payments.cash_policy',
  'payments.dispute',
  'payments.exception',
  'payments.provider_payout',
  'payments.reconciled',
  'payments.refund',
  'promises.history',
  'promises.policy',
  'promises.standing',
  'settlements.account',
  'settlements.bank_account',
  'settlements.collector',
  'settlements.entry',
  'settlements.hold',
  'settlements.invoice_series',
  'settlements.payout',
  'settlements.run',
  'settlements.settlement',
  'slots.plan',
  'slots.slot',
  'stores.merchant',
  'stores.store',
  'support.case',
  'support.compensation',
  'support.given',
  'support.member',
  'support.policy',
  'wallet.expiring',
  'wallet.hold',
  'wallet.holder',
  'tariffs.tariff',
  'webhooks.reader',
  'webhooks.endpoint',
  'webhooks.secret',
  'webhooks.message',
];

export const TABLES: readonly MovedTable[] = [...GROWING, ...WHOLE.map((name) => ({ name }))];

/** Of the installation and not of the market, or moved by other means. */
const LEFT: readonly string[] = [
  'halfhour.assortment',
  'halfhour.partition_reach',
  'identity.user_grant',
  // Made anew from the transactions.
  'ledger.page',
  'ledger.rolled',
  'markets.market',
  'processes.work',
];

/** Tables with a market in them that a move knows nothing of: a move would lose what is in them. */
export async function unknownTables(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select format('%s.%s', n.nspname, c.relname) as name
     from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
     where a.attname = 'market_id' and c.relkind in ('r', 'p') and not c.relispartition
       and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_temp%'
     order by 1`,
  );
  const known = new Set([...TABLES.map(({ name }) => name), ...LEFT]);
  return rows.map(({ name }) => name).filter((name) => !known.has(name));
}

/** Those of the growing tables that are partitioned: their part of this market is a table of its own. */
export async function partitionedTables(db: Queryable): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>('select table_name as name from halfhour.partitioned');
  return new Set(rows.map(({ name }) => name));
}

/** `events.batch` of market 255 is `events.batch_mff`. */
export function partOf(table: string, marketKey: string): string {
  return `${table}_m${BigInt(marketKey).toString(16)}`;
}
