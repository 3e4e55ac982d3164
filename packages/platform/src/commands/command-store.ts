import { hash } from 'node:crypto';
import { type EpochMs, type MarketId, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { CommandKey } from '../api/index.ts';
import { type Tx, jsonArray } from '../postgres/index.ts';

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
  const rows = await tx.query<{ n: number; same: boolean; outcome: Outcome }>(
    `select asked.n::int, command.body = asked.body as same, command.outcome
     from unnest($2::uuid[], $3::uuid[]) with ordinality as asked (name, body, n)
     cross join lateral (
       select body, outcome from commands.command where market_id = $1 and name = asked.name limit 1
     ) as command`,
    [keyOf(marketId), uuids(commands.map(nameOf)), uuids(commands.map(({ bodyHash }) => digest(bodyHash)))],
  );
  const known = commands.map((): Known<Outcome> => NEW);
  for (const { n, same, outcome } of rows)
    known[n - 1] = same ? { kind: 'done', outcome } : { kind: 'reused' };
  return known;
}

/**
 * Writes what new commands answered. Where another process has written the same key meanwhile, this waits
 * for it and fails the transaction, which then runs again and finds the command done.
 */
export function recordCommands<Outcome>(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  done: readonly { readonly command: CommandKey; readonly outcome: Outcome }[],
): void {
  if (done.length === 0) return;
  tx.write(
    `with written as (
       insert into commands.command (market_id, name, body, outcome, at)
       select $1, name, body, outcome, $5::timestamptz
       from unnest($2::uuid[], $3::uuid[], $4::json[]) as done (name, body, outcome)
       on conflict do nothing
       returning 1
     )
     select halfhour.require_rows(count(*), $6::int) from written`,
    [
      keyOf(marketId),
      uuids(done.map(({ command }) => nameOf(command))),
      uuids(done.map(({ command }) => digest(command.bodyHash))),
      jsonArray(done.map(({ outcome }) => JSON.stringify(outcome))),
      toRfc3339(at),
      done.length,
    ],
  );
}

const NEW = { kind: 'new' } as const;

function nameOf({ caller, key }: CommandKey): string {
  return digest(`${caller} ${key}`);
}

/** 128 bits of the SHA-256, as hex. */
function digest(text: string): string {
  return hash('sha256', text).slice(0, 32);
}

/** Hexadecimal texts as a literal of `uuid[]`. */
function uuids(values: readonly string[]): string {
  return `{${values.join(',')}}`;
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
