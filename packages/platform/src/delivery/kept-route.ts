import { type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { type Applied, addApplied, findApplied, latestApplied } from '../commands/index.ts';
import { type PickupRecord, type RouteRecord, MAX_WRONG_CODES, PICKUP_NUMBER } from './route.ts';

/** A route as its row keeps it: with what it takes to answer commands at its stops again as they were answered. */
export interface KeptRoute {
  readonly route: RouteRecord;
  /** Rises with each write; 0 where the route is not written yet. */
  readonly version: number;
  readonly applied: Applied;
  /** How the route was laid out before, oldest first; only layouts that a command was answered by. */
  readonly earlier: readonly Layout[];
}

/** What arriving and completing leave as it is, but for the moments. */
export type Layout = Pick<RouteRecord, 'payMinor' | 'pickup' | 'dropoffs'>;

export type StopOutcome = Result<RouteRecord, ApiError>;

/*
 * What a command answered, in the 32 bits that are kept with its key. Stops are made in order, so the moments of a
 * route are told by how far it is: 2n + 1 after the arrival at stop n, 2n + 2 after its completion. The low half is
 * that or, with the highest bit set, which wrong code it was; between them stands how many earlier layouts there were.
 */
const WRONG_CODE = 0x8000_0000;
const LOW = 0xffff;
const layoutOf = (answer: number): number => (answer & ~WRONG_CODE) >>> 16;

export function unwritten(route: RouteRecord): KeptRoute {
  return { route, version: 0, applied: undefined, earlier: [] };
}

/** The route with other orders, another sequence, other doors or another pay. */
export function relaid(kept: KeptRoute, route: RouteRecord): KeptRoute {
  if (route === kept.route) return kept;
  const { payMinor, pickup, dropoffs } = kept.route;
  const answer = latestApplied(kept.applied);
  if (answer === undefined || layoutOf(answer) !== kept.earlier.length) return { ...kept, route };
  return { ...kept, route, earlier: [...kept.earlier, { payMinor, pickup, dropoffs }] };
}

/** With what a command was answered that left the route as it is in `kept`: the route itself, or `wrong_code`. */
export function withAnswer(kept: KeptRoute, command: CommandKey, outcome: StopOutcome): KeptRoute {
  const low = outcome.ok ? progressOf(outcome.value) : nthOf(outcome.error);
  const answer = ((outcome.ok ? 0 : WRONG_CODE) | (kept.earlier.length << 16) | low) >>> 0;
  return { ...kept, applied: addApplied(kept.applied, command, answer) };
}

/**
 * What a command was answered that was run before: the route as it was then, also where orders have left it or doors
 * have changed since. Only how many wrong codes were given, which no answer shows, is as it is now. Undefined where
 * the command is new.
 */
export function findAnswer(
  { route, applied, earlier }: KeptRoute,
  command: CommandKey,
): StopOutcome | undefined {
  const known = findApplied(applied, command);
  if (known === undefined) return undefined;
  if (!known.sameBody) return err({ code: 'idempotency_key_reused' });
  const answer = known.version;
  const low = answer & LOW;
  if (answer >= WRONG_CODE) return wrongCode(low);
  const layout = earlier[layoutOf(answer)];
  return ok(beforeWaiting(asOf(layout === undefined ? route : started({ ...route, ...layout }), low)));
}

/** The answer to the nth wrong code at a stop; one more than there are tries is not looked at. */
export function wrongCode(nth: number): { readonly ok: false; readonly error: ApiError } {
  if (nth <= MAX_WRONG_CODES) return err({ code: 'wrong_code', triesLeft: MAX_WRONG_CODES - nth });
  return err({
    code: 'wrong_code',
    triesLeft: 0,
    detail: 'Too many wrong codes; the operator can complete this stop.',
  });
}

function nthOf({ triesLeft, detail }: ApiError): number {
  return MAX_WRONG_CODES - (triesLeft as number) + (detail === undefined ? 0 : 1);
}

function progressOf(route: RouteRecord): number {
  return Math.max(
    progressAt(PICKUP_NUMBER, route.pickup),
    ...route.dropoffs.map((dropoff) => progressAt(dropoff.number, dropoff)),
  );
}

function progressAt(number: number, stop: PickupRecord): number {
  if (stop.completedAt !== undefined) return 2 * number + 2;
  return stop.arrivedAt === undefined ? 0 : 2 * number + 1;
}

/** A route of this layout when it was as far as `progress`. */
function asOf(route: RouteRecord, progress: number): RouteRecord {
  if (progress >= progressOf(route)) return route;
  return started({
    ...route,
    pickup: cut(route.pickup, PICKUP_NUMBER),
    dropoffs: route.dropoffs.map((dropoff) => cut(dropoff, dropoff.number)),
  });

  function cut<Stop extends PickupRecord>(stop: Stop, number: number): Stop {
    if (progressAt(number, stop) <= progress) return stop;
    const { arrivedAt, completedAt: _, ...rest } = stop;
    const hasArrived = arrivedAt !== undefined && 2 * number + 1 <= progress;
    return (hasArrived ? { ...rest, arrivedAt } : rest) as Stop;
  }
}

/** Whoever was answered before the pickup was not told yet what waiting for it would pay. */
function beforeWaiting(route: RouteRecord): RouteRecord {
  if (route.pickup.completedAt !== undefined) return route;
  const { waitingPayMinor: _, ...rest } = route;
  return rest;
}

/** Whoever was answered before the last stop, or before another layout, was told of an open route. */
function started({ closedAt: _, ...route }: RouteRecord): RouteRecord {
  return { ...route, state: 'started' };
}
