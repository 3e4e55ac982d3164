import { type Result, err, invariant, ok } from '@halfhour/kernel';
import type { ApiError, Handlers } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import type { Markets } from '../markets/index.ts';
import { type OrderRecord, findOwn, toOrder } from '../ordering/index.ts';
import { type AdvanceDeps, advanceOrder } from './advance-order.ts';
import { type AssignDeps, createCourierAssigner } from './assign-couriers.ts';

export type SandboxDeps = Omit<AdvanceDeps, 'assign'> &
  AssignDeps & { readonly markets: Pick<Markets, 'get'> };

export function createSandboxRoutes(deps: SandboxDeps): Handlers<'advanceSandboxOrder'> {
  const { db, clock, markets } = deps;
  const advanceDeps = { ...deps, assign: createCourierAssigner(deps) };
  return {
    async advanceSandboxOrder(request) {
      const { params, body, command } = request;
      const { marketId, orderId } = params;
      if ((await markets.get(marketId))?.sandbox !== true) return err({ code: 'not_found' });
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      if (body.reason !== undefined && body.to !== 'cancelled') {
        return err({ code: 'invalid_request', detail: '`reason` goes with `cancelled` alone.' });
      }
      invariant(command !== undefined, 'the contract requires an Idempotency-Key here');
      const { scope } = found.value.authority;
      const shown = (order: OrderRecord) => ok(toOrder(order, { seesDeliveryCode: scope !== 'own' }));

      const [known] = await db.transaction((tx) => findCommands<OrderRecord>(tx, marketId, [command]));
      if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
      if (known?.kind === 'done') return shown(known.outcome);
      const advanced = await advanceOrder(advanceDeps, marketId, orderId, body);
      if (!advanced.ok) return advanced;
      // After the steps, which are transactions of their own: a retry of what was cut off between them goes on from
      // where the order is.
      const recorded = await db.transact<OrderRecord, ApiError>(async (tx) => {
        const [again] = await findCommands<OrderRecord>(tx, marketId, [command]);
        if (again?.kind === 'done') return ok(again.outcome);
        if (again?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
        recordCommands(tx, marketId, clock.now(), [{ command, outcome: advanced.value }]);
        return advanced satisfies Result<OrderRecord, ApiError>;
      });
      return recorded.ok ? shown(recorded.value) : recorded;
    },
  };
}
