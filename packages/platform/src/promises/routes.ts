import { SECOND_MS, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import { findOwn } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { Promises } from './create-promises.ts';

export function createPromiseRoutes({
  db,
  promises,
}: {
  readonly db: Queryable;
  readonly promises: Promises;
}): Handlers<'getOrderPromise' | 'getShortage' | 'setShortagePolicy' | 'getSurge'> {
  return {
    async getOrderPromise(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { id, placedAt, promise, promiseBasis } = found.value.order;
      if (promiseBasis === undefined) {
        return err({ code: 'not_found', detail: 'This order has the promise of its slot.' });
      }
      const { parts, load, shortageSeconds } = promiseBasis;
      const foreseen = Object.values(parts).reduce((sum, part) => sum + part, shortageSeconds);
      const movedSeconds = Math.round((promise.latest - placedAt) / SECOND_MS) - foreseen;
      return ok({
        orderId: id,
        promise: { earliest: toRfc3339(promise.earliest), latest: toRfc3339(promise.latest) },
        parts: { ...parts, shortageSeconds, movedSeconds },
        load,
      });
    },

    getShortage: ({ params }) => promises.shortage(params.marketId),

    async setShortagePolicy({ params, body, authority }) {
      invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
      return promises.setPolicy(params.marketId, body, authority);
    },

    async getSurge({ params }) {
      const { courierPayBp, deliveryFeeBp } = promises.inForce(params.marketId);
      return ok({ courierPayBp, deliveryFeeBp });
    },
  };
}
