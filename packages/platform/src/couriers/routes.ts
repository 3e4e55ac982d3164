import { type Result, err, fromRfc3339, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { ApiError, Handlers } from '../api/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { maySteer, toCourier, withPosition } from './courier.ts';
import { selectCourierPage, selectCouriers } from './courier-store.ts';
import type { Couriers } from './create-couriers.ts';
import { selectShifts } from './shift-store.ts';
import type { PointsReported } from './report-points.ts';

export function createCourierRoutes({
  db,
  couriers,
}: {
  readonly db: Queryable;
  readonly couriers: Couriers;
}): Handlers<
  | 'listCouriers'
  | 'getCourier'
  | 'listCourierShifts'
  | 'startShift'
  | 'endShift'
  | 'setBreak'
  | 'reportPosition'
  | 'reportPoints'
  | 'reportFleet'
  | 'sendPositions'
> {
  return {
    async listCouriers({ params: { marketId }, query }) {
      const after = query.cursor === undefined ? undefined : parseId('cou', query.cursor);
      if (query.cursor !== undefined && after === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const found = await selectCourierPage(db, marketId, after, query.limit + 1);
      const latest = couriers.positions(marketId);
      const items = found
        .slice(0, query.limit)
        .map((courier) => toCourier(withPosition(courier, latest.get(courier.id))));
      return ok({ items, ...(found.length > query.limit ? { next: items.at(-1)!.id } : {}) });
    },

    async getCourier({ params: { marketId, courierId }, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      if (courier === undefined) return err({ code: 'not_found' });
      return ok(toCourier(withPosition(courier, couriers.positions(marketId).get(courierId))));
    },

    async listCourierShifts({ params: { marketId, courierId }, query, authority }) {
      const before = query.cursor === undefined ? undefined : parseId('shf', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      if (!maySteer(authority, courierId) || courier === undefined) return err({ code: 'not_found' });
      const shifts = await selectShifts(db, marketId, courierId, { before, limit: query.limit });
      return ok({
        items: shifts.map(({ id, startedAt, endsAt, endedAt }) => ({
          id,
          startedAt: toRfc3339(startedAt),
          endsAt: toRfc3339(endsAt),
          ...(endedAt === undefined ? {} : { endedAt: toRfc3339(endedAt) }),
        })),
        ...(shifts.length === query.limit ? { next: shifts.at(-1)!.id } : {}),
      });
    },

    async startShift({ params: { marketId, courierId }, body, authority, command }) {
      const endsAt = fromRfc3339(body.endsAt);
      if (authority === undefined) return err({ code: 'not_found' });
      if (endsAt === undefined) return err({ code: 'invalid_request', detail: '`endsAt` is no moment.' });
      const shift = { position: body.position, endsAt };
      const outcome = await couriers.startShift(marketId, courierId, shift, authority, command);
      return outcome.ok ? ok(toCourier(outcome.value)) : outcome;
    },

    async endShift({ params: { marketId, courierId }, authority, command }) {
      if (authority === undefined) return err({ code: 'not_found' });
      const outcome = await couriers.endShift(marketId, courierId, authority, command);
      return outcome.ok ? ok(toCourier(outcome.value)) : outcome;
    },

    async setBreak({ params: { marketId, courierId }, body, authority, command }) {
      if (authority === undefined) return err({ code: 'not_found' });
      const outcome = await couriers.setBreak(marketId, courierId, body.onBreak, authority, command);
      return outcome.ok ? ok(toCourier(outcome.value)) : outcome;
    },

    async reportPosition({ params: { marketId, courierId }, body, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const outcome = await couriers.reportPosition(marketId, courierId, body);
      return outcome.ok ? ok(undefined) : outcome;
    },

    async reportPoints({ params: { marketId, courierId }, body, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      return couriers.reportPoints(marketId, courierId, body.points);
    },

    async reportFleet({ params: { marketId }, body, authority }) {
      if (authority === undefined) return err({ code: 'not_found' });
      return couriers.reportFleet(marketId, body.positions, authority);
    },

    async sendPositions({ params: { marketId, courierId }, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      return ok(({ points }) => {
        const outcome = couriers.reportPoints(marketId, courierId, points);
        return outcome instanceof Promise ? outcome.then(toSilence) : toSilence(outcome);
      });
    },
  };
}

/** Who sends positions is told only what was not taken. */
function toSilence(outcome: Result<PointsReported, ApiError>): Result<undefined, ApiError> {
  if (!outcome.ok) return outcome;
  return outcome.value.ahead > 0 ? err({ code: 'point_ahead_of_time' }) : DONE;
}

const DONE = ok(undefined);
