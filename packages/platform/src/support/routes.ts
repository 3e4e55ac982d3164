import { err, invariant, ok, parseId } from '@halfhour/kernel';
import { type ApiRequest, type Authority, type Handlers, requiredKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findOwn, selectOrders, toOrder } from '../ordering/index.ts';
import { selectCases, toCase } from './case-store.ts';
import { type Doing, approve, compensate, reject } from './compensate.ts';
import { selectCompensations, toCompensation } from './compensation-store.ts';
import type { SupportDeps } from './create-support.ts';
import { readOrderSupport } from './order-support.ts';
import { selectMembers, selectPolicy, selectRank, writePolicy, writeRank } from './policy-store.ts';
import { closeCase, openCase } from './work-cases.ts';

type Commands =
  'refundOrder' | 'openCase' | 'closeCase' | 'compensateOrder' | 'approveCompensation' | 'rejectCompensation';
type Reads =
  | 'listOrderCases'
  | 'listCases'
  | 'listCompensations'
  | 'getOrderSupport'
  | 'getSupportPolicy'
  | 'listSupportMembers';

const MAX_CASES = 20;
const NO_CURSOR = { code: 'invalid_request', detail: '`cursor` is not one that this list gave.' } as const;

export function createSupportRoutes(
  deps: SupportDeps,
): Handlers<Commands | Reads | 'setSupportPolicy' | 'setSupportMember'> {
  const { db, clock, ids } = deps;
  const doing = ({ authority, command, requestId }: ApiRequest<Commands>): Doing => ({
    by: required(authority),
    command: requiredKey(command),
    requestId,
  });
  return {
    openCase: (request) =>
      openCase(deps, request.params.marketId, request.params.orderId, request.body, doing(request)),
    closeCase: (request) =>
      closeCase(deps, request.params.marketId, request.params.caseId, request.body, doing(request)),
    compensateOrder: (request) =>
      compensate(deps, request.params.marketId, request.params.orderId, request.body, doing(request)),
    async refundOrder(request) {
      const { marketId, orderId } = request.params;
      const { reason: note, ...wish } = request.body;
      const refund = { ...wish, kind: 'refund' as const, reason: 'other' as const, note };
      const given = await compensate(deps, marketId, orderId, refund, doing(request), { atOnce: true });
      if (!given.ok) return given;
      const order = (await selectOrders(db, marketId, [orderId])).get(orderId);
      invariant(order !== undefined, `order ${orderId} was refunded and is not there`);
      return ok(toOrder(order, { seesDeliveryCode: true }));
    },
    approveCompensation: (request) => {
      const { marketId, compensationId } = request.params;
      return approve(deps, marketId, compensationId, request.body.note, doing(request));
    },
    rejectCompensation: (request) => {
      const { marketId, compensationId } = request.params;
      return reject(deps, marketId, compensationId, request.body.note, doing(request));
    },

    async listOrderCases(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { marketId, orderId } = request.params;
      const cases = await selectCases(db, marketId, { orderId, limit: MAX_CASES });
      return ok({ items: cases.map(toCase) });
    },

    async listCases({ params, query }) {
      const before = query.cursor === undefined ? undefined : parseId('cas', query.cursor);
      if (query.cursor !== undefined && before === undefined) return err(NO_CURSOR);
      const { state, limit } = query;
      const cases = await selectCases(db, params.marketId, { state, before, limit });
      return ok({ items: cases.map(toCase), ...(cases.length === limit ? { next: cases.at(-1)!.id } : {}) });
    },

    async listCompensations({ params, query }) {
      const before = query.cursor === undefined ? undefined : parseId('cmp', query.cursor);
      if (query.cursor !== undefined && before === undefined) return err(NO_CURSOR);
      const { state, limit } = query;
      const found = await selectCompensations(db, params.marketId, { state, before, limit });
      return ok({
        items: found.map(toCompensation),
        ...(found.length === limit ? { next: found.at(-1)!.id } : {}),
      });
    },

    getOrderSupport: ({ params, authority }) =>
      readOrderSupport(deps, params.marketId, params.orderId, required(authority)),

    getSupportPolicy: async ({ params }) => ok(await selectPolicy(db, params.marketId)),

    async setSupportPolicy({ params: { marketId }, body: { why, ...policy }, authority, requestId }) {
      const by = required(authority);
      return db.transaction(async (tx) => {
        const at = clock.now();
        const before = await selectPolicy(tx, marketId);
        await writePolicy(tx, marketId, at, policy);
        recordAction(tx, marketId, ids, {
          at,
          by,
          kind: 'support_policy_changed',
          subject: marketId,
          reason: why,
          before,
          after: policy,
          requestId,
        });
        return ok(policy);
      });
    },

    async listSupportMembers({ params, query }) {
      const after = query.cursor === undefined ? undefined : parseId('usr', query.cursor);
      if (query.cursor !== undefined && after === undefined) return err(NO_CURSOR);
      const members = await selectMembers(db, params.marketId, after, query.limit);
      return ok({
        items: members,
        ...(members.length === query.limit ? { next: members.at(-1)!.userId } : {}),
      });
    },

    async setSupportMember({ params: { marketId, userId }, body: { level, why }, authority, requestId }) {
      const by = required(authority);
      return db.transaction(async (tx) => {
        const before = await selectRank(tx, marketId, userId);
        await writeRank(tx, marketId, userId, level);
        recordAction(tx, marketId, ids, {
          at: clock.now(),
          by,
          kind: 'support_level_changed',
          subject: userId,
          reason: why,
          before: { level: before ?? 'agent' },
          after: { level },
          requestId,
        });
        return ok({ userId, level });
      });
    },
  };
}

function required(authority: Authority | undefined): Authority {
  invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
  return authority;
}
