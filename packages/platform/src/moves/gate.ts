import type pg from 'pg';
import { TABLES, partOf } from './tables.ts';

/** How long creating a trigger may wait for writers that run; those who come meanwhile wait behind it. */
const LOCK_TIMEOUT = '2s';

/**
 * Puts the gate before every table of the market, one short transaction each; it is open. Making a trigger waits for the
 * transactions that have written to its table, so that afterwards every writer that has not committed has passed it.
 */
export async function buildGate(
  source: pg.PoolClient,
  marketKey: string,
  partitioned: ReadonlySet<string>,
): Promise<void> {
  const name = `moving_${marketKey}`;
  for (const { name: table } of TABLES) {
    await source.query('begin');
    try {
      await source.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      if (partitioned.has(table)) {
        await source.query(
          `create or replace trigger ${name} before insert or update or delete on ${partOf(table, marketKey)}
           for each row execute function moves.refuse_write()`,
        );
      } else {
        await source.query(
          `create or replace trigger ${name} before insert or update on ${table}
           for each row when (new.market_id = ${marketKey}) execute function moves.refuse_write()`,
        );
        // Keys that are older than a day are forgotten for all markets in one statement, which must not fail.
        if (table !== 'commands.command') {
          await source.query(
            `create or replace trigger ${name}_gone before delete on ${table}
             for each row when (old.market_id = ${marketKey}) execute function moves.refuse_write()`,
          );
        }
      }
      await source.query('commit');
    } catch (error) {
      await source.query('rollback');
      throw error;
    }
  }
}

/** Takes the gate away again. Left behind by a mover that died, it is open and only costs a little. */
export async function removeGate(
  source: pg.PoolClient,
  marketKey: string,
  partitioned: ReadonlySet<string>,
): Promise<void> {
  for (const { name } of TABLES) {
    const table = partitioned.has(name) ? partOf(name, marketKey) : name;
    await source.query(`drop trigger if exists moving_${marketKey} on ${table}`);
    if (!partitioned.has(name)) {
      await source.query(`drop trigger if exists moving_${marketKey}_gone on ${table}`);
    }
  }
}

/** Closes the gate for as long as this session lives, when all who have passed it have committed. */
export async function closeGate(source: pg.PoolClient, marketKey: string): Promise<void> {
  await source.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
  try {
    await source.query('select pg_advisory_lock(moves.gate($1))', [marketKey]);
  } finally {
    await source.query('reset lock_timeout');
  }
}

export async function openGate(source: pg.PoolClient, marketKey: string): Promise<void> {
  await source.query('select pg_advisory_unlock(moves.gate($1))', [marketKey]);
}
