import { type EpochMs, type MarketId, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { CommandKey } from '../api/index.ts';
import { TransactionConflict, type Tx } from '../postgres/index.ts';

/** What is known of a command before it runs. */
export type Known<Outcome> =
  | { readonly kind: 'new' }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'reused' };

/**
 * Looks up the keys of a group of commands. `done`: answer the same again; `reused`: the key came with
 * another body. Two commands of one group with one key must be told apart by the caller (see `firstOf`).
 */
export async function findCommands<Outcome>(
  tx: Tx,
  marketId: MarketId,
  commands: readonly CommandKey[],
): Promise<Known<Outcome>[]> {
  if (commands.length === 0) return [];
  const rows = await tx.query<{ n: string; body_hash: string; outcome: Outcome }>(
    `select asked.n, command.body_hash, command.outcome
     from unnest($2::text[], $3::text[]) with ordinality as asked (caller, key, n)
     cross join lateral (
       select body_hash, outcome from commands.command
       where market_id = $1 and caller = asked.caller and key = asked.key limit 1
     ) as command`,
    [keyOf(marketId), commands.map((command) => command.caller), commands.map((command) => command.key)],
  );
  const known = commands.map((): Known<Outcome> => ({ kind: 'new' }));
  for (const row of rows) {
    const index = Number(row.n) - 1;
    known[index] =
      row.body_hash === commands[index]!.bodyHash
        ? { kind: 'done', outcome: row.outcome }
        : { kind: 'reused' };
  }
  return known;
}

/**
 * Writes what new commands answered. Where another process has written the same key meanwhile, this waits
 * for it and throws TransactionConflict; the group then runs again and finds the command done.
 */
export async function recordCommands<Outcome>(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  done: readonly { readonly command: CommandKey; readonly outcome: Outcome }[],
): Promise<void> {
  if (done.length === 0) return;
  const written = await tx.query(
    `insert into commands.command (market_id, caller, key, body_hash, outcome, at)
     select $1, caller, key, body_hash, outcome, $6::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[]) as done (caller, key, body_hash, outcome)
     on conflict do nothing
     returning 1 as one`,
    [
      keyOf(marketId),
      done.map(({ command }) => command.caller),
      done.map(({ command }) => command.key),
      done.map(({ command }) => command.bodyHash),
      done.map(({ outcome }) => JSON.stringify(outcome)),
      toRfc3339(at),
    ],
  );
  if (written.length < done.length) throw new TransactionConflict('a command was written by another process');
}

/** Forgets commands from before `before`, at most `limit` at a time. @returns how many */
export async function forgetCommands(tx: Tx, before: EpochMs, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from commands.command
     where ctid in (select ctid from commands.command where at < $1::timestamptz limit $2)
     returning 1 as one`,
    [toRfc3339(before), limit],
  );
  return rows.length;
}

/** Index of the first command of the group with the same caller and key, for each command. */
export function firstOf(commands: readonly CommandKey[]): number[] {
  const seen = new Map<string, number>();
  return commands.map((command, index) => {
    const name = `${command.caller} ${command.key}`;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    return first ?? index;
  });
}
