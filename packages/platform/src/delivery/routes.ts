import { type Result, err, invariant, ok } from '@halfhour/kernel';
import type { Route } from '@halfhour/contract';
import { type ApiError, type Authority, type Handlers, requiredKey } from '../api/index.ts';
import { maySteer, selectCouriers } from '../couriers/index.ts';
import { type HandDeps, assignByHand, releaseByHand } from './by-hand.ts';
import { courierEarnings } from './courier-earnings.ts';
import { declineRoute } from './decline-route.ts';
import type { Delivery } from './delivery.ts';
import { writeShiftStatement } from './shift-statement.ts';
import type { RouteRecord } from './route.ts';
import { toRoute } from './to-route.ts';
import type { Worker } from './work-stops.ts';

export function createDeliveryRoutes(
  deps: HandDeps & { readonly delivery: Delivery },
): Handlers<
  | 'getCourierRoute'
  | 'getCourierEarnings'
  | 'getShiftStatement'
  | 'arriveAtStop'
  | 'completeStop'
  | 'declineRoute'
  | 'assignOrder'
  | 'releaseOrder'
> {
  const { db, delivery } = deps;
  return {
    async getCourierRoute({ params: { marketId, courierId }, authority }) {
      const { courierIds } = workerOf(authority);
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      if (courier === undefined || (courierIds !== undefined && !courierIds.includes(courierId))) {
        return err({ code: 'not_found' });
      }
      const route = await delivery.current(marketId, courierId);
      return ok({ route: route === undefined ? null : toRoute(route) });
    },

    async getCourierEarnings({ params: { marketId, courierId }, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const [[courier], market] = await Promise.all([
        selectCouriers(db, marketId, [courierId]),
        deps.markets.get(marketId),
      ]);
      if (courier === undefined || market === undefined) return err({ code: 'not_found' });
      return ok(await courierEarnings(db, market, courierId, deps.clock.now()));
    },

    async getShiftStatement({ params: { marketId, courierId, shiftId }, query, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      return writeShiftStatement(deps, marketId, courierId, shiftId, query);
    },

    async arriveAtStop({ params: { marketId, routeId, stopNumber }, authority, command }) {
      return answer(
        await delivery.arrive(marketId, { routeId, stopNumber, by: workerOf(authority), command }),
      );
    },

    async completeStop({ params: { marketId, routeId, stopNumber }, body, authority, command }) {
      return answer(
        await delivery.complete(marketId, {
          routeId,
          stopNumber,
          code: body.code,
          by: workerOf(authority),
          command,
        }),
      );
    },

    declineRoute: ({ params: { marketId, routeId }, body: { reason }, authority, command }) =>
      declineRoute(deps, marketId, {
        routeId,
        reason,
        by: workerOf(authority),
        command: requiredKey(command),
      }),

    assignOrder: ({ params: { marketId, orderId }, body: { courierId }, authority, command }) =>
      assignByHand(deps, marketId, {
        orderId,
        courierId,
        by: operatorOf(authority),
        command: requiredKey(command),
      }),

    releaseOrder: ({ params: { marketId, orderId }, authority, command }) =>
      releaseByHand(deps, marketId, { orderId, by: operatorOf(authority), command: requiredKey(command) }),
  };
}

function operatorOf(authority: Authority | undefined): 'operator' | 'admin' {
  const role = authority?.role;
  invariant(role === 'operator' || role === 'admin', `the contract lets no ${role} in`);
  return role;
}

function workerOf(authority: Authority | undefined): Worker {
  invariant(authority !== undefined, 'the contract lets nobody call this who is not signed in');
  const { role } = authority;
  invariant(role === 'courier' || role === 'operator' || role === 'admin', `the contract lets no ${role} in`);
  return { role, ...(authority.scope === 'own' ? { courierIds: authority.courierIds } : {}) };
}

function answer(outcome: Result<RouteRecord, ApiError>): Result<Route, ApiError> {
  return outcome.ok ? ok(toRoute(outcome.value)) : outcome;
}
