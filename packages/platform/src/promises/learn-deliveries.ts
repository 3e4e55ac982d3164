import { type PromiseCase, PromiseModel } from '@halfhour/engines/promise';
import { type OrderId, type StoreId, SECOND_MS } from '@halfhour/kernel';
import { BEGINNING, handleNextOfTypes } from '../events/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import { type OrderRecord, priorOf, secondOfDay, selectOrders } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { selectLearned, upsertLearned } from './promise-store.ts';

const READER = 'promises';

/**
 * Learns from what was delivered since the last time, each delivery exactly once: what was learned commits together
 * with the reader's place. Orders of a slot are left out, as their promise is the slot, and cancelled ones.
 *
 * @returns how many deliveries were learned from
 */
export async function learnDeliveries(db: Database, market: MarketRecord): Promise<number> {
  let count = 0;
  let isMore: boolean;
  do {
    isMore = await handleNextOfTypes(db, market.id, READER, ['OrderDelivered'], async (tx, delivered) => {
      const orders = await selectOrders(
        tx,
        market.id,
        delivered.map(({ subject }) => subject as OrderId),
      );
      const lessons = delivered.flatMap(({ subject }) => lessonOf(market, orders.get(subject as OrderId)));
      if (lessons.length === 0) return;
      const storeIds = [...new Set(lessons.map(({ storeId }) => storeId))];
      const model = new PromiseModel(priorOf(market.policy));
      restore(model, await selectLearned(tx, market.id, BEGINNING, storeIds));
      for (const { order, quantiles, seconds } of lessons) model.learn(order, quantiles, seconds);
      count += lessons.length;
      await upsertLearned(
        tx,
        market.id,
        delivered.at(-1)!.position,
        model.marketHistory(),
        storeIds.map((storeId) => ({ storeId, learned: model.storeHistory(storeId)! })),
      );
    });
  } while (isMore);
  return count;
}

/** Brings a model to what was kept; history of a model with other terms is left, and it begins anew. */
export function restore(
  model: PromiseModel,
  { market, stores }: Awaited<ReturnType<typeof selectLearned>>,
): void {
  if (market === undefined || !model.restoreMarket(market)) return;
  for (const { storeId, learned } of stores) model.restoreStore(storeId, learned);
}

interface Lesson {
  readonly storeId: StoreId;
  readonly order: PromiseCase;
  readonly quantiles: readonly number[];
  readonly seconds: number;
}

function lessonOf({ timeZone }: MarketRecord, order: OrderRecord | undefined): Lesson[] {
  if (order?.promiseBasis === undefined || order.deliveredAt === undefined) return [];
  const { tripSeconds, load, quantiles } = order.promiseBasis;
  return [
    {
      storeId: order.storeId,
      order: {
        storeKey: order.storeId,
        preparationSeconds: order.preparationSeconds,
        travelSeconds: tripSeconds,
        secondOfDay: secondOfDay(order.placedAt, timeZone),
        load,
      },
      quantiles,
      seconds: Math.max(0, (order.deliveredAt - order.placedAt) / SECOND_MS),
    },
  ];
}
