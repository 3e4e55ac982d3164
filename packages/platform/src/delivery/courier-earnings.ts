import type { CourierEarnings } from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type OrderId,
  type RouteId,
  type TransactionId,
  DAY_MS,
  addMs,
  fromRfc3339,
  invariant,
  localTime,
  parseId,
  toRfc3339,
} from '@halfhour/kernel';
import { type ShiftRecord, selectShifts } from '../couriers/index.ts';
import { type StatementEntry, courierPayable, selectBalance, selectEntries } from '../ledger/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { ROUTE_PAY } from './commit-routes.ts';
import type { RouteRecord } from './route.ts';
import { selectRoutes, selectRoutesOfOrders } from './route-store.ts';
import { SHIFT_GUARANTEE } from './top-up-shifts.ts';

type Earned = CourierEarnings['today'];

const PAGE = 200;
/** 4,000 entries: a week of a courier is some hundreds. */
const MAX_PAGES = 20;
/** As the contract bounds them. */
const MAX_ROUTES = 500;
/** Of eight days. */
const MAX_SHIFTS = 100;

/** What a courier has earned since Monday of the market's calendar, as it stands in the ledger. */
export async function courierEarnings(
  db: Queryable,
  market: MarketRecord,
  courierId: CourierId,
  now: EpochMs,
): Promise<CourierEarnings> {
  const { id: marketId, timeZone, currency } = market;
  const monday = mondayOf(now, timeZone);
  const isOfWeek = (at: EpochMs): boolean => localTime(at, timeZone).date >= monday;
  const entries = (await entriesSince(db, market, courierId, addMs(now, -8 * DAY_MS))).filter(
    ({ postedAt }) => isOfWeek(postedAt),
  );
  const tipped = entries.flatMap(({ cause }) => parseId('ord', cause) ?? []);
  const routeOf = await selectRoutesOfOrders(db, marketId, tipped);
  const routeIds = new Set<RouteId>([
    ...entries.flatMap(({ cause }) => parseId('rte', cause) ?? []),
    ...routeOf.values(),
  ]);
  const routes = await selectRoutes(db, marketId, [...routeIds]);
  const shifts = (
    await selectShifts(db, marketId, courierId, { from: addMs(now, -8 * DAY_MS), limit: MAX_SHIFTS })
  ).filter(({ startedAt }) => isOfWeek(startedAt));
  const today = localTime(now, timeZone).date;
  const done = routes.filter(({ state, closedAt }) => state === 'done' && isOfWeek(closedAt!));
  const sum = (isIn: (at: EpochMs) => boolean): Earned =>
    earnedOf(
      entries.filter(({ postedAt }) => isIn(postedAt)),
      done.filter(({ closedAt }) => isIn(closedAt!)),
    );
  const { code } = courierPayable(courierId);
  return {
    now: toRfc3339(now),
    currency,
    today: sum((at) => localTime(at, timeZone).date === today),
    week: sum(() => true),
    routes: done
      .toSorted((a, b) => b.closedAt! - a.closedAt!)
      .slice(0, MAX_ROUTES)
      .map((route) => toEarnedRoute(route, entries)),
    shifts: shifts.map((shift) => toEarnedShift(shift, sum, entries)),
    owedMinor: -((await selectBalance(db, marketId, code)) ?? 0),
  };
}

/** `2026-11-23`: the Monday on or before `now`, by the calendar of `timeZone`. */
function mondayOf(now: EpochMs, timeZone: string): string {
  const { date, weekday } = localTime(now, timeZone);
  const midnight = fromRfc3339(`${date}T00:00:00Z`);
  invariant(midnight !== undefined, 'a calendar without this day');
  return toRfc3339(addMs(midnight, -((weekday + 6) % 7) * DAY_MS)).slice(0, date.length);
}

async function entriesSince(
  db: Queryable,
  market: MarketRecord,
  courierId: CourierId,
  since: EpochMs,
): Promise<StatementEntry[]> {
  const { code } = courierPayable(courierId);
  const found: StatementEntry[] = [];
  let before: TransactionId | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const entries = (await selectEntries(db, market.id, code, { before, limit: PAGE })) ?? [];
    found.push(...entries.filter(({ postedAt }) => postedAt >= since));
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE || last.postedAt < since) break;
    before = last.transactionId;
  }
  return found;
}

/** What an entry of a courier's account is to the courier; undefined for money that was paid out, or came back. */
function kindOf({ kind, cause }: StatementEntry): Exclude<keyof Earned, 'orders' | 'totalMinor'> | undefined {
  if (kind === ROUTE_PAY) return 'payMinor';
  if (kind === SHIFT_GUARANTEE) return 'guaranteeMinor';
  if (parseId('ord', cause) !== undefined) return 'tipsMinor';
  return parseId('pyo', cause) === undefined ? 'otherMinor' : undefined;
}

function earnedOf(entries: readonly StatementEntry[], done: readonly RouteRecord[]): Earned {
  const earned = {
    payMinor: 0,
    tipsMinor: 0,
    guaranteeMinor: 0,
    otherMinor: 0,
    totalMinor: 0,
    orders: done.reduce((orders, { dropoffs }) => orders + dropoffs.length, 0),
  };
  for (const entry of entries) {
    const kind = kindOf(entry);
    if (kind === undefined) continue;
    earned[kind] -= entry.amountMinor;
    earned.totalMinor -= entry.amountMinor;
  }
  return earned;
}

function toEarnedRoute(
  route: RouteRecord,
  entries: readonly StatementEntry[],
): CourierEarnings['routes'][number] {
  const orderIds = route.dropoffs.map(({ orderId }) => orderId);
  const causes = new Set<RouteId | OrderId>([route.id, ...orderIds]);
  const { payMinor, tipsMinor } = earnedOf(
    entries.filter(({ cause }) => causes.has(cause as RouteId | OrderId)),
    [],
  );
  return {
    routeId: route.id,
    doneAt: toRfc3339(route.closedAt!),
    from: route.pickup.place.label,
    orderIds,
    payMinor,
    tipsMinor,
  };
}

/** The guarantee of a shift is posted after it has ended, and names it. */
function toEarnedShift(
  { id, startedAt, endedAt, breakMs }: ShiftRecord,
  sum: (isIn: (at: EpochMs) => boolean) => Earned,
  entries: readonly StatementEntry[],
): CourierEarnings['shifts'][number] {
  const during = sum((at) => at > startedAt && (endedAt === undefined || at <= endedAt));
  const { guaranteeMinor } = earnedOf(
    entries.filter(({ cause }) => cause === id),
    [],
  );
  return {
    shiftId: id,
    startedAt: toRfc3339(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: toRfc3339(endedAt) }),
    breakSeconds: Math.round(breakMs / 1_000),
    earned: {
      ...during,
      guaranteeMinor,
      totalMinor: during.totalMinor - during.guaranteeMinor + guaranteeMinor,
    },
  };
}
