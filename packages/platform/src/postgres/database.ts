import type { Duplex } from 'node:stream';
import pg from 'pg';
import { type EpochMs, type Result, InvariantViolation, epochMs, invariant } from '@halfhour/kernel';
import { Line } from './line.ts';

/** Where statements can be sent: the database itself, or a transaction. */
export interface Queryable {
  /**
   * Runs one statement. Texts are constants of the code, so each is prepared once a connection by itself.
   * int8 comes as text (keys lose precision as numbers), timestamptz as EpochMs, jsonb parsed.
   */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Functions that take one commit or roll back together with their caller. */
export interface Tx extends Queryable {
  /**
   * Sends one statement whose rows nobody needs, without waiting for it: it goes out with the next `query`, or with
   * the commit, and runs before that. Where it fails, the transaction fails there. What must hold for the commit is
   * asked of Postgres in the statement itself (`halfhour.require_rows`). Its plan is kept for good: only for rows that are
   * inserted, or found by the key of a conflict.
   */
  write(text: string, values?: readonly unknown[]): void;
  /** 1, or more where it is run again. */
  readonly attempt: number;
  /** The same object in all transactions of a Database: what memory of it is kept by. */
  readonly database: object;
  /**
   * Runs `last` just before the commit, after everything else; not at all where there is none. Locks that all
   * commits of a market need are taken here, in this order: balances, then the outbox.
   */
  beforeCommit(phase: 'balances' | 'outbox', last: () => Promise<void>): void;
  /** Runs `then` when the commit is done: for memory that must not know what was rolled back. */
  afterCommit(then: () => void): void;
}

export interface Database extends Queryable {
  /** On a line of its own unless one is given. Commits when `run` returns, rolls back when it throws. Deadlocks, serialization failures and TransactionConflict are retried. */
  transaction<T>(run: (tx: Tx) => Promise<T>, line?: Line): Promise<T>;
  /** Like `transaction`, and rolls back too when the Result is an error. */
  transact<T, E>(run: (tx: Tx) => Promise<Result<T, E>>): Promise<Result<T, E>>;
  /** A connection of its own for advisory locks; released by the returned function. */
  lease(): Promise<{ tx: Queryable; release: () => void }>;
  close(): Promise<void>;
  readonly pool: pg.Pool;
}

/** Thrown inside a transaction that lost a race: run again, it sees what the other has committed. */
export class TransactionConflict extends Error {
  override readonly name = 'TransactionConflict';
}

export interface DatabaseOptions {
  /** `postgres://…`, or a socket folder with database and user. */
  readonly connection: string | { readonly host: string; readonly database: string; readonly user: string };
  readonly maxConnections?: number;
  /** Called for an error on an idle connection (the server went away); the pool replaces the connection. */
  readonly onIdleError?: (error: Error) => void;
}

const TIMESTAMPTZ = 1184;
/** Statements are constants; a text built from input would grow without end and is not kept. */
const MAX_PREPARED = 1_000;
const MAX_ATTEMPTS = 5;
/**
 * Serialization failure, deadlock, and a prepared statement that is not there: it was sent by the transaction before on
 * the same line, which failed before Postgres came to it (`line.ts`).
 */
const RETRYABLE = new Set(['40001', '40P01', '26000']);

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...(typeof options.connection === 'string'
      ? { connectionString: options.connection }
      : { ...options.connection }),
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: 'halfhour',
    // Statements are sent without waiting for those before: see `pipelineOf`.
    pipeline: true,
    // A plan kept from when a table was small reads all of it for ever after (measured: 36 ms of Postgres CPU
    // a statement against 0.3). Planning each time costs 0.1 ms, shared by a whole group of commands.
    options: '-c plan_cache_mode=force_custom_plan',
    types: { getTypeParser: typeParser as unknown as typeof pg.types.getTypeParser },
  });
  // While the pool hands a connection from one statement to the next nobody listens to it, and where Postgres dies
  // in that moment its error would end the process (seen when it was killed under load). Whoever uses the
  // connection next learns of it by the failure of the statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closing = false;
  // The pool's end does not wait for the goodbyes of its connections, which a stopping server may cut off.
  pool.on('error', (error) => {
    if (!closing) options.onIdleError?.(error);
  });
  const names = new Map<string, string>();

  function statement(text: string, values: readonly unknown[]): pg.QueryConfig {
    let name = names.get(text);
    if (name === undefined && names.size < MAX_PREPARED) {
      name = `s${names.size}`;
      names.set(text, name);
    }
    return name === undefined
      ? { text, values: values as unknown[] }
      : { name, text, values: values as unknown[] };
  }

  async function send<Row extends object>(
    on: pg.Pool | pg.PoolClient,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return (await on.query<Row>(statement(text, values))).rows;
  }

  async function once<T>(
    run: (tx: Tx) => Promise<T>,
    keep: (outcome: T) => boolean,
    attempt: number,
    on: Line,
  ): Promise<T> {
    const { client, passOn, leave } = await on.enter(() => pool.connect());
    let broken: Error | undefined;
    let isSent = false;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    const line = pipelineOf(client);
    try {
      const lasts = { balances: [] as (() => Promise<void>)[], outbox: [] as (() => Promise<void>)[] };
      const thens: (() => void)[] = [];
      const outcome = await run({
        query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
          (await line.query(statement(text, values))).rows as Row[],
        write: (text, values = []) => line.write(statement(text, values)),
        attempt,
        database: pool,
        beforeCommit: (phase, last) => lasts[phase].push(last),
        afterCommit: (then) => thens.push(then),
      });
      const kept = keep(outcome);
      if (kept) for (const last of [...lasts.balances, ...lasts.outbox]) await last();
      const ended = line.end(kept ? 'commit' : 'rollback');
      isSent = true;
      passOn();
      await ended;
      if (kept) for (const then of thens) then();
      return outcome;
    } catch (error) {
      line.letGo();
      // What was sent to its end is ended, well or not.
      if (!isSent) {
        await client.query('rollback').catch((failure: Error) => {
          broken ??= failure;
        });
      }
      throw error;
    } finally {
      client.off('error', onError);
      leave(broken ?? line.unsent);
    }
  }

  async function retrying<T>(
    run: (tx: Tx) => Promise<T>,
    keep: (outcome: T) => boolean,
    line = new Line(),
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(run, keep, attempt, line);
      } catch (error) {
        const retryable = error instanceof TransactionConflict || RETRYABLE.has(sqlState(error) ?? '');
        if (attempt >= MAX_ATTEMPTS || !retryable) throw error;
      }
    }
  }

  return {
    pool,
    query: (text, values = []) => send(pool, text, values),
    transaction: (run, line) => retrying(run, () => true, line),
    transact: (run) => retrying(run, (outcome) => outcome.ok),
    async lease() {
      const client = await pool.connect();
      return {
        tx: { query: (text, values = []) => send(client, text, values) },
        release: () => client.release(),
      };
    },
    close() {
      closing = true;
      return pool.end();
    },
  };
}

/** The statements of one transaction on their way to Postgres; the first one begins it. */
interface Pipeline {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
  write(config: pg.QueryConfig): void;
  /** Throws, and sends nothing, where a statement has failed before. */
  end(how: 'commit' | 'rollback'): Promise<void>;
  /** Sends what is kept. */
  letGo(): void;
  /** What could not even be sent: the driver believes that Postgres knows the statement now. */
  readonly unsent: Error | undefined;
}

/**
 * A transaction of ten statements in as many round trips holds its locks through ten turns of the event loop, and each
 * costs a write and a wake-up. Here what is not waited for is kept together and sent at once with what is: a group of
 * commands that knows what it writes is one message to Postgres and one back. After a statement that failed Postgres
 * passes over the rest and makes a rollback of the commit.
 *
 * What is read is planned each time (decision 0009). What is written looks nothing up but by the key of a conflict, so no
 * statistics can change its plan, and it is kept: planning was a fifth of Postgres' time at 500 orders a second.
 */
function pipelineOf(client: pg.PoolClient): Pipeline {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  let corked = false;
  let failure: Error | undefined;
  let unsent: Error | undefined;
  let begun = false;
  let plans: 'custom' | 'generic' = 'custom';
  const hold = (): void => {
    if (!corked) stream.cork();
    corked = true;
  };
  const letGo = (): void => {
    if (corked) stream.uncork();
    corked = false;
  };
  const send = (config: pg.QueryConfig): void => {
    hold();
    let isSending = true;
    client.query(config, (error: Error | null) => {
      failure ??= error ?? undefined;
      if (isSending) unsent ??= error ?? undefined;
    });
    isSending = false;
  };
  const planBy = (wanted: typeof plans): void => {
    if (begun && plans === wanted) return;
    const set = plans === wanted ? '' : `set local plan_cache_mode = force_${wanted}_plan`;
    send({ text: begun ? set : `begin; ${set}` });
    begun = true;
    plans = wanted;
  };
  const ask = (config: pg.QueryConfig): Promise<pg.QueryResult> => {
    // One that could not even be sent: Postgres knows nothing of it and would commit the others.
    if (failure !== undefined) {
      letGo();
      return Promise.reject(failure);
    }
    return new Promise((resolve, reject) => {
      hold();
      let isSending = true;
      client.query(config, (error: Error | null, result: pg.QueryResult) => {
        failure ??= error ?? undefined;
        if (isSending) unsent ??= error ?? undefined;
        if (failure === undefined) resolve(result);
        else reject(failure);
      });
      isSending = false;
      // Not yet: what is asked for at the same time goes out together.
      queueMicrotask(letGo);
    });
  };
  return {
    letGo,
    get unsent() {
      return unsent;
    },
    write(config) {
      planBy('generic');
      send(config);
    },
    query(config) {
      planBy('custom');
      return ask(config);
    },
    end(how) {
      if (failure !== undefined) throw failure;
      return begun ? ask({ text: how }).then(() => undefined) : Promise.resolve();
    },
  };
}

/** The SQLSTATE of a Postgres error, undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/**
 * Whether an error is the fault of the data in a statement (classes 22 and 23 and P0001), or of what was made of it
 * here, rather than of the connection or the server, so that a group can be split to find the one row.
 */
export function isRowFault(error: unknown): boolean {
  if (error instanceof InvariantViolation || error instanceof RangeError || error instanceof TypeError)
    return true;
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23') || state === 'P0001');
}

/** The only row of a statement that always gives one. */
export function single<Row>(rows: readonly Row[]): Row {
  invariant(rows.length === 1, `expected one row, got ${rows.length}`);
  return rows[0]!;
}

function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === TIMESTAMPTZ) return parseTimestamp;
  return pg.types.getTypeParser(oid, format ?? 'text') as (text: string) => unknown;
}

/** `2026-11-23 14:12:45.123+00`, as a session in UTC prints it, or with another offset. */
function parseTimestamp(text: string): EpochMs {
  if (text.endsWith('+00') && text.charCodeAt(10) === SPACE && text.length <= 29) return parseUtc(text);
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  const milliseconds = Date.parse(iso);
  invariant(!Number.isNaN(milliseconds), `not a timestamp: ${text}`);
  return epochMs(milliseconds);
}

const SPACE = 32;
const ZERO = 48;
let lastDay = '';
let lastDayMs = 0;

/** `YYYY-MM-DD hh:mm:ss[.ffffff]+00`. Cheaper than Date.parse: rows of orders hold eight of them. */
function parseUtc(text: string): EpochMs {
  if (!text.startsWith(lastDay) || lastDay === '') {
    lastDay = text.slice(0, 10);
    lastDayMs = Date.parse(lastDay);
    invariant(!Number.isNaN(lastDayMs), `not a timestamp: ${text}`);
  }
  const two = (at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
  let fraction = 0;
  for (let at = 20, unit = 100; at < text.length - 3 && unit >= 1; at++, unit /= 10) {
    fraction += (text.charCodeAt(at) - ZERO) * unit;
  }
  return (lastDayMs + two(11) * 3_600_000 + two(14) * 60_000 + two(17) * 1_000 + fraction) as EpochMs;
}
