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

/** Keys that this process has seen, of each database and market, the latest of them. */
interface SeenKeys {
  readonly names: Set<string>;
  /** Groups that look all keys up, after one of which a key was known elsewhere. */
  doubts: number;
}
const MAX_SEEN = 100_000;
const DOUBTED_GROUPS = 64;
const seenKeys = new WeakMap<object, Map<MarketId, SeenKeys>>();

/**
 * As `findCommands`, for keys that `recordCommands` writes in the same transaction where they are new: only those are
 * looked up that this process has seen before. A key that another process has written is found by the write of it, which
 * fails, and the transaction runs again and looks all of them up. What is refused must be looked up by `findCommands`, since
 * no write will find it.
 */
export async function findSeenCommands<Outcome>(
  tx: Tx,
  marketId: MarketId,
  commands: readonly CommandKey[],
): Promise<Known<Outcome>[]> {
  const seen = seenOf(tx, marketId);
  const isSure = tx.attempt === 1 && seen.doubts === 0;
  const known = commands.map((): Known<Outcome> => NEW);
  const asked: number[] = [];
  const unseen = new Set<number>();
  commands.forEach((command, index) => {
    const isUnseen = see(seen, `${command.caller} ${command.key}`);
    if (isUnseen) unseen.add(index);
    if (!isSure || !isUnseen) asked.push(index);
  });
  const found = await findCommands<Outcome>(
    tx,
    marketId,
    asked.map((index) => commands[index]!),
  );
  if (seen.doubts > 0) seen.doubts -= 1;
  found.forEach((each, position) => {
    const index = asked[position]!;
    known[index] = each;
    // The first attempt has seen all keys of its group.
    if (each.kind !== 'new' && (tx.attempt > 1 || unseen.has(index))) seen.doubts = DOUBTED_GROUPS;
  });
  return known;
}

function seenOf(tx: Tx, marketId: MarketId): SeenKeys {
  let markets = seenKeys.get(tx.database);
  if (markets === undefined) seenKeys.set(tx.database, (markets = new Map()));
  let seen = markets.get(marketId);
  if (seen === undefined) markets.set(marketId, (seen = { names: new Set(), doubts: 0 }));
  return seen;
}

/** @returns whether it was not seen before */
function see({ names }: SeenKeys, name: string): boolean {
  if (names.has(name)) return false;
  names.add(name);
  if (names.size > MAX_SEEN) names.delete(names.values().next().value!);
  return true;
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
