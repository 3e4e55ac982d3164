import type { Database } from '@halfhour/platform/postgres';

/** What Postgres must be started with, so that it counts. Costs it some percent of its time. */
export const COUNTED_STATEMENTS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
  'pg_stat_statements.track_utility': 'on',
} as const;

export async function resetStatements(db: Database): Promise<void> {
  await db.query('create extension if not exists pg_stat_statements');
  await db.query('select pg_stat_statements_reset()');
}

/** Where Postgres' time went since the reset: microseconds, calls and WAL for each of `count` things done. */
export async function tellStatements(db: Database, count: number, seconds: number): Promise<void> {
  const rows = await db.query<{ query: string; calls: string; exec: number; plan: number; wal: string }>(
    `select regexp_replace(left(query, 300), '\\s+', ' ', 'g') as query, sum(calls) as calls,
       sum(total_exec_time) as exec, sum(total_plan_time) as plan, sum(wal_bytes) as wal
     from pg_stat_statements group by 1 order by sum(total_exec_time + total_plan_time) desc limit 40`,
  );
  console.table(
    rows.map(({ query, calls, exec, plan, wal }) => ({
      'calls/s': Math.round(Number(calls) / seconds),
      'exec µs/call': Math.round((exec * 1_000) / Number(calls)),
      'plan µs/call': Math.round((plan * 1_000) / Number(calls)),
      'µs each': Math.round(((exec + plan) * 1_000) / count),
      'WAL each': Math.round(Number(wal) / count),
      query: query.slice(0, 90),
    })),
  );
}
