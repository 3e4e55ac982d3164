import type { CashDeposit } from '@halfhour/contract';
import { type CourierId, type MarketId, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import { type Authority, type Handlers, acting, requiredKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { selectCouriers } from '../couriers/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Markets } from '../markets/index.ts';
import { type DepositRecord, insertCashPolicy, selectCashPolicy, selectDeposits } from './cash-store.ts';
import { type DepositDeps, readFloat, recordDeposit } from './courier-float.ts';

export interface CashRouteDeps extends DepositDeps {
  readonly markets: Markets;
}

type CashRoute = 'getCashPolicy' | 'setCashPolicy' | 'getCourierCash' | 'recordCashDeposit';

const DEPOSITS = 50;
const NO_CASH = { orderLimitMinor: 0, floatLimitMinor: 0 };

/** Cash on delivery: the market's policy, and what couriers hold and bring in. */
export function createCashRoutes(deps: CashRouteDeps): Handlers<CashRoute> {
  const { db, clock, ids, markets, onCommit } = deps;
  const exists = async (marketId: MarketId, courierId: CourierId): Promise<boolean> =>
    (await selectCouriers(db, marketId, [courierId])).length > 0;
  return {
    async getCashPolicy({ params }) {
      return ok((await selectCashPolicy(db, params.marketId)) ?? NO_CASH);
    },

    async setCashPolicy(request) {
      const { body } = request;
      const { marketId } = request.params;
      const by = acting(request);
      const at = clock.now();
      await db.transaction(async (tx) => {
        const before = (await selectCashPolicy(tx, marketId)) ?? NO_CASH;
        await insertCashPolicy(tx, marketId, body, by.userId, at);
        appendEvents(tx, marketId, [
          {
            type: 'CashPolicyChanged',
            subject: marketId,
            at,
            by: by.role,
            data: { ...body, setBy: by.userId },
          },
        ]);
        recordAction(tx, marketId, ids, {
          at,
          by,
          kind: 'cash_policy_changed',
          subject: marketId,
          before: { ...before },
          after: body,
          requestId: by.requestId,
        });
      });
      onCommit(marketId);
      return ok(body);
    },

    async getCourierCash({ params: { marketId, courierId }, authority }) {
      const who = required(authority);
      const isOthers = who.scope === 'own' && !who.courierIds.includes(courierId);
      if (isOthers || !(await exists(marketId, courierId))) return err({ code: 'not_found' });
      const policy = await selectCashPolicy(db, marketId);
      const deposits = await selectDeposits(db, marketId, courierId, DEPOSITS);
      return ok({
        courierId,
        floatMinor: await readFloat(db, marketId, courierId),
        ...(policy === undefined ? {} : { limitMinor: policy.floatLimitMinor }),
        deposits: deposits.map(toDeposit),
      });
    },

    async recordCashDeposit(request) {
      const { body, command } = request;
      const { marketId, courierId } = request.params;
      const market = await markets.get(marketId);
      if (market === undefined || !(await exists(marketId, courierId))) return err({ code: 'not_found' });
      const recorded = await recordDeposit(deps, marketId, {
        ...body,
        courierId,
        currency: market.currency,
        by: acting(request),
        command: requiredKey(command),
      });
      return recorded.ok ? ok(toDeposit(recorded.value)) : recorded;
    },
  };
}

function toDeposit({ note, at, ...rest }: DepositRecord): CashDeposit {
  return { ...rest, ...(note === undefined ? {} : { note }), at: toRfc3339(at) };
}

function required(authority: Authority | undefined): Authority {
  invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
  return authority;
}
