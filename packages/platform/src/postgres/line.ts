import type pg from 'pg';

/** A turn on a line: the connection, for this transaction alone until it passes on. */
export interface Turn {
  readonly client: pg.PoolClient;
  /** Its last statement is sent: the next may send its own. */
  passOn(): void;
  /** All its answers are there. @param broken the connection is not to be used any more */
  leave(broken: Error | undefined): void;
}

interface Shared {
  readonly client: Promise<pg.PoolClient>;
  users: number;
  broken: Error | undefined;
}

/**
 * Transactions that follow each other on one connection, the next sent while Postgres still works on the one before: so
 * the application prepares a group of commands beside Postgres, and two groups never meet in Postgres. The connection is
 * the pool's again when nothing is under way.
 */
export class Line {
  private turn: Promise<void> = Promise.resolve();
  private shared: Shared | undefined;

  async enter(connect: () => Promise<pg.PoolClient>): Promise<Turn> {
    const before = this.turn;
    let passOn = (): void => {};
    this.turn = new Promise((resolve) => (passOn = resolve));
    await before;
    const shared = (this.shared ??= { client: connect(), users: 0, broken: undefined });
    shared.users += 1;
    const leave = (client: pg.PoolClient | undefined, broken: Error | undefined): void => {
      shared.broken ??= broken;
      shared.users -= 1;
      if ((shared.users === 0 || broken !== undefined) && this.shared === shared) this.shared = undefined;
      if (shared.users === 0) client?.release(shared.broken);
      passOn();
    };
    try {
      const client = await shared.client;
      return { client, passOn, leave: (broken) => leave(client, broken) };
    } catch (error) {
      leave(undefined, error as Error);
      throw error;
    }
  }
}
