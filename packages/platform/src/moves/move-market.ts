import type pg from 'pg';
import { type MarketId, keyOf } from '@halfhour/kernel';
import { countUnexplainedStock } from '../inventory/index.ts';
import { selectImbalance } from '../ledger/index.ts';
import type { Database, Queryable } from '../postgres/index.ts';
import { type Cut, readChanges, readCut } from './changes.ts';
import { compare } from './checksums.ts';
import { copyNewRows, copyRows } from './copy-rows.ts';
import { buildGate, closeGate, openGate, removeGate } from './gate.ts';
import { copyPeople, findStrangers } from './people.ts';
import { type Since, TABLES, partOf, partitionedTables, unknownTables } from './tables.ts';

/** What keeps a market where it is, in words for whoever moves it. The market goes on at the source. */
export class MoveRefused extends Error {
  override readonly name = 'MoveRefused';
}

export interface MoveOptions {
  /** Where clients find the market from now on, as they are told. */
  readonly movedTo: string;
  /** Stops the move before its last step; the market goes on at the source. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onStep: (step: string) => void;
}

export interface MoveReport {
  /** From closing the gate until the target had the market. */
  readonly pausedMs: number;
  /** Orders that were copied while the market was paused. */
  readonly lastOrders: number;
}

/** Clients are told to come back; most give up after some ten seconds. */
const MAX_PAUSE_MS = 10_000;
/** A round of copying that takes longer while the market runs would not fit into the pause. */
const MAX_ROUND_MS = 5_000;
const ROUNDS = 10;
const MAX_CLOCK_SKEW_MS = 5_000;

/**
 * Moves a market to another database that is at the same schema. Throws MoveRefused, and whatever goes wrong with the
 * databases; the market then goes on at the source, except when the target is lost in the very last step, after the
 * source has been told that the market is gone: run it again to finish.
 */
export async function moveMarket(
  source: Database,
  target: Database,
  marketId: MarketId,
  options: MoveOptions,
): Promise<MoveReport> {
  const clients: pg.PoolClient[] = [];
  const connect = async (database: Database): Promise<pg.PoolClient> => {
    const client = await database.pool.connect();
    clients.push(client);
    // COPY streams cannot share a pipeline. The session is the move's own and ends with it.
    (client as { pipeline: boolean }).pipeline = false;
    await client.query(`set time zone 'UTC'`);
    return client;
  };
  try {
    const sides = { here: await connect(source), there: await connect(target), look: await connect(source) };
    return await new Move(sides, keyOf(marketId), marketId, options).run(source, target);
  } finally {
    // Sessions hold settings and locks of the move: they end with it.
    for (const client of clients) client.release(true);
  }
}

interface Sides {
  /** The session that holds the gate. */
  readonly here: pg.PoolClient;
  readonly there: pg.PoolClient;
  /** Looks at the source in a snapshot. */
  readonly look: pg.PoolClient;
}

class Move {
  private readonly sides: Sides;
  private readonly key: string;
  private readonly marketId: MarketId;
  private readonly options: MoveOptions;
  private partitioned: ReadonlySet<string> = new Set();

  constructor(sides: Sides, key: string, marketId: MarketId, options: MoveOptions) {
    this.sides = sides;
    this.key = key;
    this.marketId = marketId;
    this.options = options;
  }

  async run(source: Database, target: Database): Promise<MoveReport> {
    const { here, there } = this.sides;
    const { onStep } = this.options;
    await this.requireOneMover();
    this.partitioned = await partitionedTables(source);
    await this.requireTarget(source, target);
    if (await this.finishEarlier()) return { pausedMs: 0, lastOrders: 0 };

    onStep('copying while the market runs');
    let cut = await readCut(here, this.key);
    await this.prepareTarget();
    for (const table of TABLES.filter(({ changed }) => changed !== undefined)) {
      this.stopIfAsked();
      await copyRows(here, this.select(table.name), there, table.name);
    }
    for (let round = 1; ; round++) {
      const next = await readCut(here, this.key);
      if ((await this.copyRound(cut)).tookMs <= MAX_ROUND_MS) break;
      if (round === ROUNDS) throw new MoveRefused(this.tooSlow());
      cut = next;
    }

    onStep('comparing what is old on both sides');
    await this.compareOld(cut);
    // As it will be in the pause.
    if ((await this.copyRound(cut)).tookMs > MAX_ROUND_MS) throw new MoveRefused(this.tooSlow());

    try {
      await buildGate(here, this.key, this.partitioned);
      return await this.switchOver(cut);
    } catch (error) {
      await this.reopen();
      throw error;
    }
  }

  /** The pause: what has changed since `cut` is copied and compared, then the target has the market. */
  private async switchOver(cut: Cut): Promise<MoveReport> {
    const { here, there } = this.sides;
    const { now, onStep, movedTo } = this.options;
    this.stopIfAsked();
    onStep('pausing the market');
    const began = now();
    await closeGate(here, this.key);
    for (const side of [here, there]) await side.query(`set statement_timeout = ${MAX_PAUSE_MS - 1_000}`);
    const { since } = await this.copyRound(cut);
    const differences = await compare(here, there, this.key, since, 'changed');
    if (differences.length > 0) {
      throw new MoveRefused(`The copy is not what the market is:\n${differences.join('\n')}\nTry again.`);
    }
    // The new dispatcher need not wait for the lease of the old one; its fencing token shuts it out.
    await there.query('update dispatch.lease set expires_at = now() where market_id = $1', [this.key]);
    this.stopIfAsked();
    if (now() - began > MAX_PAUSE_MS - 1_000) throw new MoveRefused(this.tooSlow());
    // From here on there is no way back. By the session that holds the gate: where that was lost, this fails.
    await here.query('update markets.market set moved_to = $2 where market_id = $1', [this.key, movedTo]);
    await this.arrive();
    const pausedMs = now() - began;
    onStep('moved');
    await openGate(here, this.key).catch(() => undefined);
    return { pausedMs, lastOrders: since.orders.length };
  }

  /** With its row the market is at the target. */
  private async arrive(): Promise<void> {
    const { here, there } = this.sides;
    await there.query('begin');
    await copyRows(here, this.select('markets.market'), there, 'markets.market');
    await there.query('update markets.market set moved_to = null where market_id = $1', [this.key]);
    await there.query('commit');
  }

  private async reopen(): Promise<void> {
    const { here } = this.sides;
    const { rows } = await here.query<{ moved: boolean }>(
      'select moved_to is not null as moved from markets.market where market_id = $1',
      [this.key],
    );
    if (rows[0]?.moved) {
      throw new MoveRefused('The market is closed here and not yet open there. Run the same command again.');
    }
    await openGate(here, this.key);
    await removeGate(here, this.key, this.partitioned);
  }

  /** One transaction of the target: what has changed since `cut`, and the small tables whole. */
  private async copyRound(cut: Cut): Promise<{ readonly tookMs: number; readonly since: Since }> {
    this.stopIfAsked();
    const { here, there } = this.sides;
    const began = this.options.now();
    const since = await readChanges(here, there, this.key, cut);
    await there.query('begin');
    try {
      for (const table of TABLES.toReversed()) {
        if (table.isJournal === true) continue;
        await there.query(
          `delete from ${table.name} where market_id = ${this.key} and ${table.changed?.(since) ?? 'true'}`,
        );
      }
      for (const table of TABLES) {
        const select = `${this.select(table.name)} and ${table.changed?.(since) ?? 'true'}`;
        if (table.isJournal === true) await copyNewRows(here, select, there, table.name);
        else await copyRows(here, select, there, table.name);
      }
      await copyPeople(here, there, this.key);
      await there.query('commit');
    } catch (error) {
      await there.query('rollback').catch(() => undefined);
      throw error;
    }
    return { tookMs: this.options.now() - began, since };
  }

  /** In one snapshot of the source: everything that has not changed since `cut` is the same on both sides, and sound. */
  private async compareOld(cut: Cut): Promise<void> {
    const { there, look } = this.sides;
    await look.query('begin isolation level repeatable read, read only');
    try {
      const since = await readChanges(look, there, this.key, cut);
      const differences = await compare(look, there, this.key, since, 'old');
      if (differences.length > 0) {
        throw new MoveRefused(`The copy is not what the market is:\n${differences.join('\n')}\nTry again.`);
      }
      const snapshot = queryable(look);
      const { sumMinor, unbalanced } = await selectImbalance(snapshot, this.marketId);
      const unexplained = await countUnexplainedStock(snapshot, this.marketId);
      if (sumMinor !== 0 || unbalanced > 0 || unexplained > 0) {
        throw new MoveRefused(
          `The market is not sound: ledger off by ${sumMinor}, ${unbalanced} accounts or transactions unbalanced, ` +
            `${unexplained} articles whose stock their movements do not explain. Mend that first.`,
        );
      }
    } finally {
      await look.query('rollback');
    }
  }

  private async requireOneMover(): Promise<void> {
    const { rows } = await this.sides.here.query<{ mine: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('halfhour.mover', 0)) as mine`,
    );
    if (!rows[0]!.mine) throw new MoveRefused('Another move runs from this database.');
  }

  private async requireTarget(source: Database, target: Database): Promise<void> {
    const { here, there } = this.sides;
    const unknown = await unknownTables(source);
    if (unknown.length > 0) {
      throw new MoveRefused(`A move does not know what to do with: ${unknown.join(', ')}.`);
    }
    const about = async (side: pg.PoolClient) =>
      (
        await side.query<{ schema: string; server: string; ms: string }>(
          `select (select string_agg(name, ' ' order by name) from halfhour.migration) as schema,
             (select system_identifier from pg_control_system()) || ' ' || current_database() as server,
             (extract(epoch from clock_timestamp()) * 1000)::bigint::text as ms`,
        )
      ).rows[0]!;
    const [mine, theirs] = [await about(here), await about(there)];
    if (mine.server === theirs.server) throw new MoveRefused('--to is the database that the market is in.');
    if (mine.schema !== theirs.schema)
      throw new MoveRefused('The databases are of different versions of Halfhour.');
    if (Math.abs(Number(mine.ms) - Number(theirs.ms)) > MAX_CLOCK_SKEW_MS) {
      throw new MoveRefused(
        'The clocks of the two servers differ by more than 5 s: new ids could be given twice.',
      );
    }
    const { rows } = await here.query<{ slug: string; gone: boolean }>(
      'select slug, moved_to is not null as gone from markets.market where market_id = $1',
      [this.key],
    );
    const market = rows[0]!;
    const taken = await target.query<{ market_id: string; gone: boolean }>(
      'select market_id::text, moved_to is not null as gone from markets.market where slug = $1 or market_id = $2',
      [market.slug, this.key],
    );
    if (market.gone && taken.length === 0) return;
    if (taken.some(({ market_id: id, gone }) => id === this.key && gone)) {
      throw new MoveRefused('The market was at the target before and has moved away from there.');
    }
    if (taken.length > 0) throw new MoveRefused(`The target has a market "${market.slug}" already.`);
    const strangers = await findStrangers(here, there, this.key);
    if (strangers.length > 0) {
      throw new MoveRefused(
        `These are somebody else at the target: ${strangers.join(', ')}. Change their e-mail addresses on one side.`,
      );
    }
  }

  /** Finishes a move whose target was lost in the last step. */
  private async finishEarlier(): Promise<boolean> {
    const { here, there } = this.sides;
    const { rows } = await here.query(
      'select from markets.market where market_id = $1 and moved_to is null',
      [this.key],
    );
    if (rows.length > 0) return false;
    // Nothing was written there since: another target, or a copy that is older, is not the one that was meant.
    const [mine, theirs] = await Promise.all([this.trace(here), this.trace(there)]);
    if (mine !== theirs) throw new MoveRefused('--to is not the database that this market was moved to.');
    await this.arrive();
    this.options.onStep('finished the move that was cut off');
    return true;
  }

  private async trace(side: pg.PoolClient): Promise<string> {
    const { rows } = await side.query<{ trace: string }>(
      `select concat_ws(' ', (select seq from events.head where market_id = $1),
         (select count(*) from ordering.placement where market_id = $1),
         (select string_agg(store_id::text, ',' order by store_id) from stores.store where market_id = $1)) as trace`,
      [this.key],
    );
    return rows[0]!.trace;
  }

  /** Takes away what an earlier move has left, and makes the same months as at the source. */
  private async prepareTarget(): Promise<void> {
    const { here, there } = this.sides;
    await removeGate(here, this.key, this.partitioned);
    for (const { name, isJournal } of TABLES.toReversed()) {
      if (this.partitioned.has(name)) await there.query(`drop table if exists ${partOf(name, this.key)}`);
      else if (isJournal === true) await there.query(emptyJournal(name, this.key));
      else await there.query(`delete from ${name} where market_id = $1`, [this.key]);
    }
    await there.query('delete from halfhour.partition_reach where market_id = $1', [this.key]);
    const { rows } = await here.query<{ first: string; last: string }>(
      `select (select min(substring(c.relname from '_y(\\d{4})m\\d{2}$') || '-' || substring(c.relname from 'm(\\d{2})$') || '-01')
         from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
         where i.inhparent = $2::regclass) as first,
       (select (max(reach) - 1)::text from halfhour.partition_reach where market_id = $1) as last`,
      [this.key, partOf('ordering.placement', this.key)],
    );
    for (const until of [rows[0]!.first, rows[0]!.last]) {
      await there.query('select halfhour.ensure_partitions($1, $2::date)', [this.key, until]);
    }
  }

  private select(table: string): string {
    return `select * from ${table} where market_id = ${this.key}`;
  }

  private stopIfAsked(): void {
    if (this.options.signal.aborted) throw new MoveRefused('Stopped; the market goes on where it is.');
  }

  private tooSlow(): string {
    return `What changes while the market runs cannot be copied within ${MAX_PAUSE_MS / 1_000} s. Try again when less is going on.`;
  }
}

function queryable(client: pg.ClientBase): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows,
  };
}

/**
 * Journals refuse that their rows are deleted, by triggers. What an earlier move has left is a copy, so they are passed over
 * for this one statement, which holds the table until it is done.
 */
function emptyJournal(name: string, market: string): string {
  return `do $$ begin
      alter table ${name} disable trigger user;
      delete from ${name} where market_id = ${market};
      alter table ${name} enable trigger user;
    end $$`;
}
