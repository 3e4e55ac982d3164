import type { Equipment } from '@halfhour/contract';
import {
  type Clock,
  type CourierId,
  type MarketId,
  err,
  idFromKey,
  invariant,
  keyOf,
  ok,
} from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { type Database, type Queryable } from '../postgres/index.ts';
import { maySteer } from './courier.ts';
import { selectCouriers } from './courier-store.ts';

/** A courier of whom nothing is said has its vehicle, and no skill. */
const USUAL: Equipment = { skills: [] };

/** What was said about couriers: those of `courierIds`, or all of the market. */
export async function selectEquipment(
  db: Queryable,
  marketId: MarketId,
  courierIds?: readonly CourierId[],
): Promise<Map<CourierId, Equipment>> {
  const rows = await db.query<{ courier_id: string; document: Equipment }>(
    `select courier_id, document from couriers.equipment
     where market_id = $1 and ($2::bigint[] is null or courier_id = any($2))`,
    [keyOf(marketId), courierIds?.map(keyOf) ?? null],
  );
  return new Map(rows.map(({ courier_id, document }) => [idFromKey('cou', courier_id), document]));
}

export interface EquipmentDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
}

/** Routes for what a courier can carry and may do. */
export function createEquipmentRoutes({
  db,
  clock,
  onCommit,
}: EquipmentDeps): Handlers<'getCourierEquipment' | 'setCourierEquipment'> {
  return {
    async getCourierEquipment({ params: { marketId, courierId }, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      if (courier === undefined) return err({ code: 'not_found' });
      const equipment = (await selectEquipment(db, marketId, [courierId])).get(courierId);
      return ok({ courierId, equipment: equipment ?? USUAL });
    },

    async setCourierEquipment({ params: { marketId, courierId }, body, authority }) {
      invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
      const [courier] = await selectCouriers(db, marketId, [courierId]);
      if (courier === undefined) return err({ code: 'not_found' });
      await db.transaction(async (tx) => {
        await tx.query(
          `insert into couriers.equipment (market_id, courier_id, document) values ($1, $2, $3::jsonb)
           on conflict (market_id, courier_id) do update set document = excluded.document`,
          [keyOf(marketId), keyOf(courierId), JSON.stringify(body)],
        );
        appendEvents(tx, marketId, [
          {
            type: 'CourierEquipped',
            subject: courierId,
            at: clock.now(),
            by: authority.role,
            data: { courierId, equipment: body },
          },
        ]);
      });
      onCommit(marketId);
      return ok({ courierId, equipment: body });
    },
  };
}
