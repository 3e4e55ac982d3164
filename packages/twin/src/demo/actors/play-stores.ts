import type { Order } from '@halfhour/contract';
import {
  addMs,
  type EpochMs,
  fromRfc3339,
  MINUTE_MS,
  normal,
  type OrderId,
  SECOND_MS,
  sleep,
  type StoreId,
} from '@halfhour/kernel';
import type { DemoStore } from '../demo-market.ts';
import type { Stage } from './stage.ts';

/** An order in a hundred meets a kitchen that cannot. */
const REJECTED = 0.012;
/** Also without news the open orders are read again this often. */
const CATCH_UP_MS = 15 * MINUTE_MS;

/** So long a person at the till has for each step, before it is taken from them: a minute at ten times the speed of life. */
const PATIENCE_MS = 10 * MINUTE_MS;

type Spawn = (name: string, work: () => Promise<void>) => void;

/**
 * Plays all stores as one till integrator would: one key, one stream of the market instead of a stream for
 * each of 120 stores. It accepts after some seconds, rejects a few, prepares and says when it is ready. What
 * it does with an order depends on the order's id alone, so that a restart goes on with the same plan.
 */
export async function playStores(stage: Stage, spawn: Spawn): Promise<void> {
  const { cast, signal } = stage;
  const inHand = new Set<OrderId>();
  const patience = (storeId: StoreId): number => (cast.attended?.has(storeId) ? PATIENCE_MS : 0);
  const take = (orderId: OrderId, storeId: StoreId, work: (store: DemoStore) => Promise<void>): void => {
    const store = stage.storeById.get(storeId);
    if (store === undefined || inHand.has(orderId)) return;
    inHand.add(orderId);
    spawn('store', () => work(store).finally(() => inHand.delete(orderId)));
  };
  const cook = (orderId: OrderId, storeId: StoreId, acceptedAt: EpochMs): void =>
    take(orderId, storeId, (store) => prepare(stage, orderId, store, addMs(acceptedAt, patience(storeId))));
  const receive = (orderId: OrderId, storeId: StoreId): void =>
    take(orderId, storeId, async (store) => {
      await sleep(stage.clock, patience(storeId), signal);
      const acceptedAt = await accept(stage, orderId, store);
      if (acceptedAt !== undefined)
        await prepare(stage, orderId, store, addMs(acceptedAt, patience(storeId)));
    });
  const catchUp = async (): Promise<void> => {
    for (const order of await openOrders(stage, 'placed')) receive(order.id, order.storeId);
    for (const order of await openOrders(stage, 'accepted')) {
      const acceptedAt = order.acceptedAt === undefined ? undefined : fromRfc3339(order.acceptedAt);
      cook(order.id, order.storeId, acceptedAt ?? stage.clock.now());
    }
  };
  spawn('stores catching up', async () => {
    for (;;) {
      await sleep(stage.clock, CATCH_UP_MS, signal);
      await catchUp();
    }
  });
  for await (const item of stage.integrator.stream('streamMarket', {
    params: { marketId: cast.marketId },
    signal,
  })) {
    if (item.kind === 'open') spawn('stores catching up', catchUp);
    else if (item.data.type === 'order') {
      const { id, state, storeId } = item.data.order;
      if (state === 'placed') receive(id, storeId);
      else if (state === 'accepted') cook(id, storeId, fromRfc3339(item.data.at) ?? stage.clock.now());
    }
  }
}

async function openOrders(stage: Stage, state: 'placed' | 'accepted'): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const page = await stage.integrator.call('listOrders', {
      params: { marketId: stage.cast.marketId },
      query: { state, limit: 200, ...(cursor === undefined ? {} : { cursor }) },
      signal: stage.signal,
    });
    if (!page.ok) break;
    orders.push(...page.value.items);
    cursor = page.value.next;
    if (cursor === undefined) break;
  }
  return orders;
}

/** When the order was accepted; undefined where it was rejected, or is not the store's to accept any more. */
async function accept(stage: Stage, orderId: OrderId, store: DemoStore): Promise<EpochMs | undefined> {
  const { cast, clock, signal } = stage;
  const chance = stage.random.fork(`accept ${orderId}`);
  await sleep(clock, (12 + 50 * chance.next()) * SECOND_MS, signal);
  const params = { marketId: cast.marketId, orderId };
  if (chance.next() < REJECTED) {
    const body = { note: 'An ingredient has run out.' };
    const idempotencyKey = `reject-${orderId}`;
    const answer = await stage.kitchenGate.run(() =>
      stage.integrator.call('cancelOrder', { params, body, idempotencyKey, signal }),
    );
    stage.count(answer?.ok ? 'rejected' : 'reject_failed');
    return undefined;
  }
  const body = { preparationSeconds: store.preparationSeconds };
  const idempotencyKey = `accept-${orderId}`;
  const answer = await stage.kitchenGate.run(() =>
    stage.integrator.call('acceptOrder', { params, body, idempotencyKey, signal }),
  );
  if (answer?.ok) {
    stage.count('accepted');
    return (answer.value.acceptedAt && fromRfc3339(answer.value.acceptedAt)) || clock.now();
  }
  stage.count(`accept_${answer?.error.code ?? 'turned_away'}`);
  return undefined;
}

async function prepare(stage: Stage, orderId: OrderId, store: DemoStore, acceptedAt: EpochMs): Promise<void> {
  const { cast, clock, signal } = stage;
  const chance = stage.random.fork(`prepare ${orderId}`);
  // Lognormal around the usual time: a third of orders more than a quarter off it.
  const milliseconds = store.preparationSeconds * SECOND_MS * Math.exp(normal(chance, -0.03, 0.25));
  await clock.until(addMs(acceptedAt, milliseconds), signal);
  const answer = await stage.kitchenGate.run(() =>
    stage.integrator.call('markOrderReady', {
      params: { marketId: cast.marketId, orderId },
      body: {},
      idempotencyKey: `ready-${orderId}`,
      signal,
    }),
  );
  stage.count(answer?.ok ? 'ready' : `ready_${answer?.error.code ?? 'turned_away'}`);
}
