import { type MarketId, type OrderId, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import { selectRoutes, selectRoutesOfOrders } from '../delivery/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectDecision } from './decision-store.ts';
import type { Alternative, Candidate } from './decisions.ts';
import { type PolicyDeps, selectPolicy, setPolicy, toPolicyVersion } from './dispatch-policy.ts';

export function createDispatchRoutes(
  deps: PolicyDeps,
): Handlers<'explainDispatch' | 'getDispatchPolicy' | 'setDispatchPolicy'> {
  const { db, markets } = deps;
  return {
    async getDispatchPolicy({ params: { marketId } }) {
      if ((await markets.get(marketId)) === undefined) return err({ code: 'not_found' });
      return ok(toPolicyVersion(await selectPolicy(db, marketId)));
    },

    async setDispatchPolicy({ params: { marketId }, body, authority }) {
      invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
      const set = await setPolicy(deps, marketId, body, authority);
      return set.ok ? ok(toPolicyVersion(set.value)) : set;
    },

    async explainDispatch({ params: { marketId, orderId } }) {
      const [decision, byHand] = await Promise.all([
        selectDecision(db, marketId, orderId),
        givenByHand(db, marketId, orderId),
      ]);
      if (byHand !== undefined) {
        const alternatives = (decision?.alternatives ?? []).map(toAlternative);
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
        alternatives: alternatives.map(toAlternative),
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

function toAlternative({ extraCost, ...candidate }: Alternative) {
  return { ...toCandidate(candidate), ...(extraCost === undefined ? {} : { extraCost: { ...extraCost } }) };
}
