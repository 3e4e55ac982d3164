import type { Queryable } from '@halfhour/platform/postgres';

/** What the platform writes by itself, whether anybody calls or not: who does what, and how far readers are. */
const BY_ITSELF = new Set(['dispatch.lease', 'events.reader', 'processes.node', 'processes.work']);

/** Rows and content hash of every table, partitions counted with their whole: equal before and after exactly where nothing was changed. */
export async function readDatabaseState(db: Queryable): Promise<Record<string, string>> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition and nspname not in ('pg_catalog', 'information_schema')
     order by 1`,
  );
  const state: Record<string, string> = {};
  const counted = tables.filter(({ name }) => !BY_ITSELF.has(name));
  const rows = await db.query<{ name: string; state: string }>(
    counted
      .map(
        ({ name }) => `select '${name.replaceAll("'", "''")}' as name,
           count(*) || ' rows, ' || coalesce(md5(string_agg(each::text, ',' order by each::text)), '') as state
         from ${name} as each`,
      )
      .join(' union all '),
  );
  for (const row of rows) state[row.name] = row.state;
  return state;
}
