import type { Duplex } from 'node:stream';
import pg from 'pg';

/** The statements of one transaction on their way to Postgres; the first one begins it. */
export interface Pipeline {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
  write(config: pg.QueryConfig): void;
  /** Sends what is kept and the end. Throws, and sends nothing, where a statement has failed before. */
  end(how: 'commit' | 'rollback'): Promise<void>;
  /** Drops what is kept and undoes what was sent. */
  abandon(): Promise<void>;
  /** What could not even be sent: the driver believes that Postgres knows the statement now. */
  readonly unsent: Error | undefined;
}

const BEGIN = { name: 'begin', text: 'begin' };
const COMMIT = { name: 'commit', text: 'commit' };
const ROLLBACK = { name: 'rollback', text: 'rollback' };
const PLAN_BY = {
  custom: { name: 'custom', text: 'set local plan_cache_mode = force_custom_plan' },
  generic: { name: 'generic', text: 'set local plan_cache_mode = force_generic_plan' },
};

/**
 * A transaction of ten statements in as many round trips holds its locks through ten turns of the event loop, and each
 * costs a write and a wake-up. Here what is not waited for is kept together and sent at once with what is: a group of
 * commands that knows what it writes is one message to Postgres and one back. After a statement that failed Postgres
 * passes over the rest and makes a rollback of the commit.
 *
 * What is read is planned each time (decision 0009). What is written looks nothing up but by the key of a conflict, so no
 * statistics can change its plan, and it is kept: planning was a fifth of Postgres' time at 500 orders a second.
 */
export function pipelineOf(client: pg.PoolClient): Pipeline {
  const { connection, _types: types } = client as unknown as {
    connection: { stream: Duplex };
    _types: unknown;
  };
  const { stream } = connection;
  let kept: DriverQuery[] = [];
  let failure: Error | undefined;
  let unsent: Error | undefined;
  let isSending = false;
  let isBegun = false;
  let plans: keyof typeof PLAN_BY = 'custom';

  const keep = (config: pg.QueryConfig, told?: (result: pg.QueryResult) => void): void => {
    const query = new pg.Query(config, (error, result) => {
      failure ??= error ?? undefined;
      if (isSending) unsent ??= error ?? undefined;
      told?.(result as pg.QueryResult);
    }) as unknown as DriverQuery;
    query._result._types = types;
    kept.push(query);
  };
  const send = (): void => {
    if (kept.length === 0) return;
    const batch = new Batch(kept);
    kept = [];
    isBegun = true;
    isSending = true;
    stream.cork();
    client.query(batch);
    stream.uncork();
    isSending = false;
  };
  const planBy = (wanted: typeof plans): void => {
    if (!isBegun && kept.length === 0) keep(BEGIN);
    if (plans !== wanted) keep(PLAN_BY[wanted]);
    plans = wanted;
  };
  const commit = (): Promise<void> => {
    stream.cork();
    try {
      send();
      if (failure !== undefined) throw failure;
      return new Promise((resolve, reject) => {
        client.query(COMMIT, (error: Error | null) => {
          failure ??= error ?? undefined;
          if (failure === undefined) resolve();
          else reject(failure);
        });
      });
    } finally {
      stream.uncork();
    }
  };

  return {
    get unsent() {
      return unsent;
    },
    write(config) {
      planBy('generic');
      keep(config);
    },
    query(config) {
      // One that could not even be sent: Postgres knows nothing of it and would commit the others.
      if (failure !== undefined) return Promise.reject(failure);
      planBy('custom');
      return new Promise((resolve, reject) => {
        keep(config, (result) => {
          if (failure === undefined) resolve(result);
          else reject(failure);
        });
        // Not yet: what is asked for at the same time goes out together.
        queueMicrotask(send);
      });
    },
    end(how) {
      if (failure !== undefined) throw failure;
      if (how === 'rollback') return this.abandon();
      return isBegun || kept.length > 0 ? commit() : Promise.resolve();
    },
    async abandon() {
      kept = [];
      if (isBegun) await client.query(ROLLBACK);
    },
  };
}

/** What the driver's query is to the driver's client. */
interface DriverQuery {
  readonly name: string | undefined;
  readonly text: string;
  readonly _result: { _types: unknown };
  submit(connection: DriverConnection): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: DriverConnection): void;
  handleEmptyQuery(connection: DriverConnection): void;
  handleError(error: Error, connection: DriverConnection): void;
  handleReadyForQuery(connection: DriverConnection): void;
}

interface DriverConnection {
  sync(): void;
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
}

/**
 * Queries that Postgres answers together: with one Sync behind all of them. The driver sends one behind each, for which
 * Postgres writes to the socket each time and wakes the process. Of nine small inserts and a commit, by turns, medians of twelve:
 * 1,007 CPU-µs of the process and 1,025 of Postgres with a Sync behind each, 813 and 875 with one. (The driver's client takes only its own queries into a
 * pipeline, so this is one, whose parts take the messages in turn.)
 */
class Batch extends pg.Query {
  private readonly parts: readonly DriverQuery[];
  private at = 0;
  /** Of the part whose turn it is: by them the client keeps which statements Postgres knows. */
  name: string | undefined;
  text: string | undefined;

  constructor(parts: readonly DriverQuery[]) {
    super('');
    this.parts = parts;
    this.take(0);
    this.submit = ((connection: DriverConnection) => {
      const withoutSync = Object.create(connection, { sync: { value: () => {} } }) as DriverConnection;
      for (const part of parts) part.submit(withoutSync);
      connection.sync();
      return null;
    }) as unknown as pg.Query['submit'];
  }

  private take(at: number): void {
    this.at = at;
    this.name = this.parts[at]?.name;
    this.text = this.parts[at]?.text;
  }

  handleRowDescription(message: unknown): void {
    this.parts[this.at]!.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.parts[this.at]!.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: DriverConnection): void {
    this.parts[this.at]!.handleCommandComplete(message, connection);
    this.take(this.at + 1);
  }

  handleEmptyQuery(): void {
    this.take(this.at + 1);
  }

  /** Postgres passes over the rest, and has not learnt of its statements. */
  handleError(error: Error, connection: DriverConnection): void {
    for (const part of this.parts.slice(this.at)) {
      if (part.name !== undefined) delete connection.submittedNamedStatements[part.name];
      part.handleError(error, connection);
    }
  }

  handleReadyForQuery(connection: DriverConnection): void {
    for (const part of this.parts) part.handleReadyForQuery(connection);
  }
}
