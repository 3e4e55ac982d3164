import type { DeclineReason } from '@halfhour/contract';
import type { RouteId } from '@halfhour/kernel';

/**
 * What a courier has done and the server has not answered yet: pure, a new value for each change. Order is the order of
 * doing. A command leaves only with an answer, so that none is lost; it keeps its key however often it is sent, so that
 * none takes effect twice.
 */
export interface Outbox {
  /** Oldest first. Only the first is ever sent. */
  readonly waiting: readonly Waiting[];
  /** Refused for good, and still to be looked at by the courier. */
  readonly refused: readonly Refused[];
  /** Where the courier was, oldest first. */
  readonly points: readonly Point[];
}

export type Command =
  | { readonly kind: 'arrive'; readonly routeId: RouteId; readonly stopNumber: number }
  | {
      readonly kind: 'complete';
      readonly routeId: RouteId;
      readonly stopNumber: number;
      readonly code?: string;
    }
  | { readonly kind: 'decline'; readonly routeId: RouteId; readonly reason: DeclineReason }
  | { readonly kind: 'break'; readonly onBreak: boolean }
  | { readonly kind: 'end_shift' };

export interface Waiting {
  /** Idempotency key. */
  readonly key: string;
  readonly command: Command;
}

export interface Refused extends Waiting {
  /** Of the problem. */
  readonly code: string;
  readonly detail?: string;
  /** Later steps of the same route: they need this one, so they are not sent until it is tried again. */
  readonly held: readonly Waiting[];
}

export interface Point {
  readonly lat: number;
  readonly lng: number;
  /** RFC 3339, of the market's clock. */
  readonly at: string;
}

export const EMPTY: Outbox = { waiting: [], refused: [], points: [] };

/** As many as one request takes. The server keeps the newest, so older ones beyond that are missed by nobody. */
export const MAX_POINTS = 100;
/** A route has some dozen steps; more than this is no courier at work. */
export const MAX_WAITING = 200;

/** What the courier can mend: the store says that it is ready, the shopper says the right code. Later steps wait for it. */
const MENDABLE: ReadonlySet<string> = new Set(['not_ready', 'wrong_code']);

/**
 * The same step twice is a finger that tapped twice. A step that was refused is tried again, before all others, with those
 * that wait for it behind it; it keeps its key, so that had an earlier try reached the server late after all, this one is
 * answered and not done again. With another code it is another command and has the new key. Any other step of that route
 * waits for it too. A full outbox takes nothing: the caller looks and says so.
 */
export function add(outbox: Outbox, { key, command }: Waiting): Outbox {
  const { waiting, refused } = outbox;
  if (waiting.length >= MAX_WAITING || isPending(outbox, command)) return outbox;
  const again = refused.find((each) => isSameStep(each.command, command));
  if (again !== undefined) {
    const kept = codeOf(again.command) === codeOf(command) ? again.key : key;
    return {
      ...outbox,
      refused: refused.filter((each) => each !== again),
      waiting: [{ key: kept, command }, ...again.held, ...waiting],
    };
  }
  const first = refused.find((each) => MENDABLE.has(each.code) && isOfRouteOf(command, each.command));
  if (first === undefined) return { ...outbox, waiting: [...waiting, { key, command }] };
  if (first.held.some((each) => isSameStep(each.command, command))) return outbox;
  const behind: Refused = { ...first, held: [...first.held, { key, command }] };
  return { ...outbox, refused: refused.map((each) => (each === first ? behind : each)) };
}

/** Whether a step is in the outbox already. */
export function isPending({ waiting }: Outbox, command: Command): boolean {
  return waiting.some((each) => isSameStep(each.command, command));
}

/** The server has done it. An answer that came before, perhaps to another window, changes nothing. */
export function done(outbox: Outbox, key: string): Outbox {
  return { ...outbox, waiting: outbox.waiting.filter((each) => each.key !== key) };
}

/** The server will not do it: it leaves the outbox and is shown, with those that wait for it. */
export function refuse(
  outbox: Outbox,
  key: string,
  problem: { readonly code: string; readonly detail?: string | undefined },
): Outbox {
  const found = outbox.waiting.find((each) => each.key === key);
  if (found === undefined) return outbox;
  const isHeld = (each: Waiting): boolean =>
    each !== found && MENDABLE.has(problem.code) && isOfRouteOf(each.command, found.command);
  const refused: Refused = {
    ...found,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    held: outbox.waiting.filter(isHeld),
  };
  return {
    ...outbox,
    waiting: outbox.waiting.filter((each) => each !== found && !isHeld(each)),
    refused: [...outbox.refused, refused],
  };
}

/** The courier has read it. What waited for it is given up with it. */
export function dismiss(outbox: Outbox, key: string): Outbox {
  return { ...outbox, refused: outbox.refused.filter((each) => each.key !== key) };
}

export function addPoint(outbox: Outbox, point: Point): Outbox {
  return { ...outbox, points: [...outbox.points, point].slice(-MAX_POINTS) };
}

/** Those that were sent; newer ones stay. */
export function pointsSent(outbox: Outbox, sent: readonly Point[]): Outbox {
  const last = sent.at(-1);
  return last === undefined ? outbox : { ...outbox, points: outbox.points.filter(({ at }) => at > last.at) };
}

function routeOf(command: Command): RouteId | undefined {
  return 'routeId' in command ? command.routeId : undefined;
}

function isOfRouteOf(a: Command, b: Command): boolean {
  return routeOf(a) !== undefined && routeOf(a) === routeOf(b);
}

function codeOf(command: Command): string | undefined {
  return command.kind === 'complete' ? command.code : undefined;
}

function isSameStep(a: Command, b: Command): boolean {
  if (a.kind !== b.kind || routeOf(a) !== routeOf(b)) return false;
  if ('stopNumber' in a && 'stopNumber' in b) return a.stopNumber === b.stopNumber;
  // The last word on a break counts, so each is sent.
  return a.kind !== 'break';
}

/** What was kept as text; nothing where it is none of ours. */
export function read(text: string | null): Outbox {
  if (text === null) return EMPTY;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null) return EMPTY;
    return { ...EMPTY, ...(kept as Partial<Outbox>) };
  } catch {
    return EMPTY;
  }
}
