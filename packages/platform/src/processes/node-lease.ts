import { type EpochMs, type Result, err, ok } from '@halfhour/kernel';
import type { Database, Queryable } from '../postgres/index.ts';

/** Nodes are 10 bits of every id. */
const NODES = 1_024;

export interface NodeClaim {
  /** Random, drawn when the process starts. */
  readonly holder: string;
  /** Machine and process number, for people. */
  readonly about: string;
  /** Real seconds by the database's clock until the number is free again, unless it is renewed. */
  readonly seconds: number;
  /** The number that is wanted; any free one where absent. */
  readonly node?: number;
  /** Whoever has the number is known to live no more. */
  readonly takeOver?: boolean;
}

/** Who has the number that is wanted, or `about` undefined where all numbers are taken. */
export interface NodeTaken {
  readonly about: string | undefined;
  readonly expiresAt: EpochMs | undefined;
}

/**
 * Takes a node number for a process. Of the free ones it is that which has been free for the longest, so that a
 * process whose machine's clock is a little behind does not repeat ids of the one before.
 */
export async function takeNode(db: Database, claim: NodeClaim): Promise<Result<number, NodeTaken>> {
  return db.transact<number, NodeTaken>(async (tx) => {
    // Starts are rare, and two at once must not look at the same free number.
    await tx.query('lock table processes.node in share row exclusive mode');
    const [free] = await tx.query<{ node: number }>(
      `select number.node
       from generate_series(coalesce($1::int, 0), coalesce($1::int, $2::int - 1)) as number (node)
       left join processes.node as held on held.node = number.node
       where $3 or held.expires_at is null or held.expires_at <= clock_timestamp()
       order by held.expires_at nulls first, number.node
       limit 1`,
      [claim.node ?? null, NODES, claim.takeOver === true],
    );
    if (free === undefined) {
      const [held] = await tx.query<{ about: string; expires_at: EpochMs }>(
        'select about, expires_at from processes.node where node = $1',
        [claim.node ?? null],
      );
      return err({ about: held?.about, expiresAt: held?.expires_at });
    }
    await tx.query(
      `insert into processes.node (node, holder, about, expires_at)
       values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
       on conflict (node) do update
         set holder = excluded.holder, about = excluded.about, expires_at = excluded.expires_at`,
      [free.node, claim.holder, claim.about, claim.seconds],
    );
    return ok(free.node);
  });
}

/** @returns false where another process has the number now: ids may not be made with it any more */
export async function renewNode(
  db: Queryable,
  node: number,
  { holder, seconds }: Pick<NodeClaim, 'holder' | 'seconds'>,
): Promise<boolean> {
  // Also after it has expired, as long as nobody else has taken it: a process may have been held up.
  const rows = await db.query(
    `update processes.node set expires_at = clock_timestamp() + make_interval(secs => $3)
     where node = $1 and holder = $2
     returning node`,
    [node, holder, seconds],
  );
  return rows.length === 1;
}

/** Gives the number back at once. */
export async function releaseNode(db: Queryable, node: number, holder: string): Promise<void> {
  await db.query('update processes.node set expires_at = clock_timestamp() where node = $1 and holder = $2', [
    node,
    holder,
  ]);
}
