import { type MarketId, type OrderId, err, ok, toRfc3339 } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import { selectRoutes, selectRoutesOfOrders } from '../delivery/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectDecision } from './decision-store.ts';
import type { Candidate } from './decisions.ts';

export function createDispatchRoutes({ db }: { readonly db: Queryable }): Handlers<'explainDispatch'> {
  return {
    async explainDispatch({ params: { marketId, orderId } }) {
      const [decision, byHand] = await Promise.all([
        selectDecision(db, marketId, orderId),
        givenByHand(db, marketId, orderId),
      ]);
      if (byHand !== undefined) {
        const alternatives = (decision?.alternatives ?? []).map(toCandidate);
        return ok({ orderId, reason: 'by_hand' as const, ...byHand, alternatives });
      }
      if (decision === undefined) {
        return err({
          code: 'not_found',
          detail: 'The dispatcher has not decided anything about this order yet.',
        });
      }
      const { at, reason, chosen, alternatives } = decision;
      return ok({
        orderId,
        decidedAt: toRfc3339(at),
        reason,
        ...(chosen === undefined ? {} : { chosen: toCandidate(chosen) }),
        alternatives: alternatives.map(toCandidate),
      });
    },
  };
}

/** When an operator gave the order to its courier, and when that one is expected; undefined where none did. */
async function givenByHand(db: Queryable, marketId: MarketId, orderId: OrderId) {
  const routeIds = [...(await selectRoutesOfOrders(db, marketId, [orderId])).values()];
  const [route] = await selectRoutes(db, marketId, routeIds);
  const drop = route?.dropoffs.find((each) => each.orderId === orderId);
  if (route?.byHand === undefined || drop === undefined) return undefined;
  return {
    decidedAt: toRfc3339(route.assignedAt),
    chosen: toCandidate({
      courierId: route.courierId,
      atStoreAt: route.pickup.expectedAt,
      atDoorAt: drop.expectedAt,
    }),
  };
}

function toCandidate({ courierId, atStoreAt, atDoorAt }: Candidate) {
  return { courierId, atStoreAt: toRfc3339(atStoreAt), atDoorAt: toRfc3339(atDoorAt) };
}
