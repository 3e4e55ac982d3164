import type { DeclineReason, Route } from '@halfhour/contract';
import { type MarketId, type Result, type RouteId, err, invariant, ok } from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { commitRoutes } from './commit-routes.ts';
import { insertDeclines } from './decline-store.ts';
import type { DeliveryDeps } from './delivery.ts';
import { relaid } from './kept-route.ts';
import { once } from './once.ts';
import { changeDrops } from './route.ts';
import { lockRoutes } from './route-store.ts';
import { toRoute } from './to-route.ts';
import type { Worker } from './work-stops.ts';

/**
 * The courier does not take a route: its orders are the dispatcher's again, which does not offer them to the same
 * courier any more. Until the arrival at the store; who is there already hands back through the operator.
 * Errors: `not_found`, `wrong_state`, `idempotency_key_reused`.
 */
export async function declineRoute(
  deps: Pick<DeliveryDeps, 'db' | 'clock' | 'ids' | 'ordering' | 'markets' | 'onCommit'>,
  marketId: MarketId,
  {
    routeId,
    reason,
    by,
    command,
  }: {
    readonly routeId: RouteId;
    readonly reason: DeclineReason;
    readonly by: Worker;
    readonly command: CommandKey;
  },
): Promise<Result<Route, ApiError>> {
  return once<Route>(deps, marketId, command, async (tx) => {
    const held = await lockRoutes(tx, marketId, [routeId], []);
    const before = held.get(routeId);
    if (before === undefined || by.courierIds?.includes(before.route.courierId) === false) {
      return err({ code: 'not_found', detail: 'There is no such route.' });
    }
    const { state, courierId, dropoffs, pickup } = before.route;
    if (state !== 'assigned') {
      return err({
        code: 'wrong_state',
        state,
        detail: 'A route can be declined until the arrival at the store; after that ask the operator.',
      });
    }
    const at = deps.clock.now();
    const orderIds = dropoffs.map(({ orderId }) => orderId);
    await deps.ordering.applyChanges(
      tx,
      marketId,
      orderIds.map((orderId) => ({ kind: 'unassign' as const, orderId, by: 'system' as const })),
    );
    const changed = changeDrops(
      before.route,
      { drops: [], payMinor: 0, expectedPickupAt: pickup.expectedAt },
      at,
    );
    invariant(changed.ok, 'a route that is not begun can be emptied');
    insertDeclines(tx, marketId, courierId, orderIds);
    appendEvents(tx, marketId, [
      { type: 'RouteDeclined', subject: routeId, at, by: by.role, data: { courierId, reason, orderIds } },
    ]);
    await commitRoutes(tx, deps, marketId, at, held, [
      { before, after: relaid(before, changed.value), by: by.role },
    ]);
    return ok(toRoute(changed.value));
  });
}
