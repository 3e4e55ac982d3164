import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from, to } from 'pg-copy-streams';

/** Copies what a select gives into a table of the other server, as Postgres keeps it. @returns rows */
export async function copyRows(
  source: pg.PoolClient,
  select: string,
  target: pg.PoolClient,
  into: string,
): Promise<number> {
  const writing = target.query(from(`copy ${into} from stdin (format binary)`));
  await pipeline(source.query(to(`copy (${select}) to stdout (format binary)`)), writing);
  return writing.rowCount;
}

/** Like `copyRows`, and leaves rows alone whose key is there already. */
export async function copyNewRows(
  source: pg.PoolClient,
  select: string,
  target: pg.PoolClient,
  into: string,
  onConflict = 'do nothing',
): Promise<void> {
  await target.query(`create temp table arriving (like ${into} including defaults) on commit drop`);
  await copyRows(source, select, target, 'arriving');
  await target.query(`insert into ${into} select * from arriving on conflict ${onConflict}`);
  await target.query('drop table arriving');
}
