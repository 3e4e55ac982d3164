import type { Address, Equipment, Handling, OrderState } from '@halfhour/contract';
import type { Load } from '@halfhour/engines/dispatch';
import {
  type ArticleId,
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type RouteId,
  type StoreId,
  parseId,
} from '@halfhour/kernel';
import { selectHandling } from '../catalogue/index.ts';
import { type CourierRecord, selectCouriers, selectEquipment } from '../couriers/index.ts';
import {
  type RouteRecord,
  isOpen,
  selectDeclines,
  selectOpenRoutes,
  selectRoutes,
} from '../delivery/index.ts';
import { type Position, type StoredEvent, readEvents, readHead } from '../events/index.ts';
import { type OrderRecord, listOrders, selectOpenOrders, selectOrders } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { type StoreRecord, selectAllStores, selectStores } from '../stores/index.ts';
import { Earnings } from './earnings.ts';
import { loadOf } from './loads.ts';
import { ReadyMisses, becameReady } from './ready-misses.ts';

/** What dispatch keeps of an order that is on its way to the door. */
export interface DispatchOrder {
  readonly id: OrderId;
  readonly storeId: StoreId;
  readonly state: OrderState;
  readonly address: Address;
  readonly placedAt: EpochMs;
  /** Of a scheduled order: when its slot begins, and when the store is to begin. */
  readonly slot: EpochMs | undefined;
  readonly prepareAt: EpochMs | undefined;
  readonly promiseLatest: EpochMs;
  readonly preparationSeconds: number;
  readonly expectedReadyAt: EpochMs | undefined;
  readonly readyAt: EpochMs | undefined;
  readonly courierId: CourierId | undefined;
  readonly expectedDeliveryAt: EpochMs | undefined;
  /** Couriers who did not take it. */
  readonly declinedBy: readonly CourierId[];
  readonly load: Load;
  /** Skills that its courier must have. */
  readonly requires: readonly string[];
}

export type DispatchStore = Pick<StoreRecord, 'id' | 'address'>;

/**
 * A market as its dispatcher knows it: what is open, nothing else. Read once, then kept by the outbox: an
 * event tells what has changed, and Postgres what it is now. So an event may come twice or late without
 * harm, and a memory that is rebuilt equals the one that was kept.
 */
export interface MarketMemory {
  readonly marketId: MarketId;
  position: Position;
  readonly orders: Map<OrderId, DispatchOrder>;
  /** On shift. */
  readonly couriers: Map<CourierId, CourierRecord>;
  readonly routes: Map<RouteId, RouteRecord>;
  readonly stores: Map<StoreId, DispatchStore>;
  /**
   * When couriers on shift made their last delivery, as far as it was seen happen: a rebuilt memory starts
   * without, and takes a courier who is still at a door to be free some minutes early.
   */
  readonly lastDoorAt: Map<CourierId, EpochMs>;
  /** What couriers were offered since the memory was read. */
  readonly offers: Map<CourierId, Offers>;
  /** How well stores know when they are ready, from the last orders and those since. */
  readonly readyMisses: ReadyMisses;
  /** What was said of couriers on shift. */
  readonly equipment: Map<CourierId, Equipment>;
  /** What carrying articles takes, of those of open orders of which it is known. */
  readonly handling: Map<ArticleId, Handling>;
  readonly earnings: Earnings;
  /** Whether an operator has set another policy since it was last read. */
  policyChanged: boolean;
}

export interface Offers {
  readonly made: number;
  readonly declined: number;
}

const BATCH = 1_000;
/** Of so many past orders is learned how well stores know when they are ready. */
const LEARNED_ORDERS = 500;
const MAX_ARTICLES = 50_000;

/** What is known of a market of which nothing has been read. */
export function emptyMemory(marketId: MarketId, position: Position): MarketMemory {
  return {
    marketId,
    position,
    orders: new Map(),
    couriers: new Map(),
    routes: new Map(),
    stores: new Map(),
    lastDoorAt: new Map(),
    offers: new Map(),
    readyMisses: new ReadyMisses(),
    equipment: new Map(),
    handling: new Map(),
    earnings: new Earnings(),
    policyChanged: true,
  };
}

/** Reads what is open. The place in the events is taken first, so nothing falls between the two. */
export async function readMemory(db: Queryable, marketId: MarketId): Promise<MarketMemory> {
  const position = await readHead(db, marketId);
  const memory = emptyMemory(marketId, position);
  const past = await listOrders(db, marketId, { state: 'delivered', limit: LEARNED_ORDERS });
  for (const order of past.toReversed()) memory.readyMisses.note(order);
  const orders = await selectOpenOrders(db, marketId);
  const declines = await selectDeclines(
    db,
    marketId,
    orders.map(({ id }) => id),
  );
  await learnHandling(db, memory, orders);
  for (const order of orders) keepOrder(memory, order, declines.get(order.id));
  const equipment = await selectEquipment(db, marketId);
  for (const courier of await selectCouriers(db, marketId)) {
    keepCourier(memory, courier, equipment.get(courier.id));
  }
  for (const route of await selectOpenRoutes(db, marketId)) keepRoute(memory, route);
  for (const store of await selectAllStores(db, marketId)) keepStore(memory, store);
  return memory;
}

/**
 * Brings the memory up to what has been committed. Applying an event twice changes nothing.
 *
 * @returns how many events were read
 */
export async function followEvents(db: Queryable, memory: MarketMemory): Promise<number> {
  let count = 0;
  for (;;) {
    const events = await readEvents(db, memory.marketId, memory.position, BATCH);
    await refresh(db, memory, subjectsOf(events));
    for (const event of events) {
      countOffer(memory, event);
      if (event.type === 'DispatchPolicyChanged') memory.policyChanged = true;
    }
    memory.position = events.at(-1)?.position ?? memory.position;
    count += events.length;
    if (events.length < BATCH) return count;
  }
}

function countOffer({ offers }: MarketMemory, { type, data }: StoredEvent): void {
  if (type !== 'RouteAssigned' && type !== 'RouteDeclined') return;
  const courierId = data['courierId'] as CourierId;
  const { made, declined } = offers.get(courierId) ?? { made: 0, declined: 0 };
  if (type === 'RouteAssigned') offers.set(courierId, { made: made + 1, declined });
  else offers.set(courierId, { made, declined: declined + 1 });
}

export interface Subjects {
  readonly orders: ReadonlySet<OrderId>;
  readonly couriers: ReadonlySet<CourierId>;
  readonly routes: ReadonlySet<RouteId>;
  readonly stores: ReadonlySet<StoreId>;
}

function subjectsOf(events: readonly StoredEvent[]): Subjects {
  const orders = new Set<OrderId>();
  const couriers = new Set<CourierId>();
  const routes = new Set<RouteId>();
  const stores = new Set<StoreId>();
  for (const { subject } of events) {
    const order = parseId('ord', subject);
    if (order !== undefined) orders.add(order);
    const courier = parseId('cou', subject);
    if (courier !== undefined) couriers.add(courier);
    const route = parseId('rte', subject);
    if (route !== undefined) routes.add(route);
    const store = parseId('sto', subject);
    if (store !== undefined) stores.add(store);
  }
  return { orders, couriers, routes, stores };
}

/** Reads what these are now: one statement a kind, by primary key. */
export async function refresh(
  db: Queryable,
  memory: MarketMemory,
  { orders, couriers, routes, stores }: Subjects,
): Promise<void> {
  const { marketId } = memory;
  const workers = new Set(couriers);
  if (orders.size > 0) {
    const [found, declines] = await Promise.all([
      selectOrders(db, marketId, [...orders]),
      selectDeclines(db, marketId, [...orders]),
    ]);
    for (const order of found.values()) {
      const before = memory.orders.get(order.id);
      if (before !== undefined && becameReady(before, order)) memory.readyMisses.note(order);
    }
    await learnHandling(db, memory, [...found.values()]);
    for (const id of orders) memory.orders.delete(id);
    for (const order of found.values()) keepOrder(memory, order, declines.get(order.id));
  }
  if (routes.size > 0) {
    const found = await selectRoutes(db, marketId, [...routes]);
    for (const id of routes) memory.routes.delete(id);
    for (const route of found) {
      keepRoute(memory, route);
      if (route.state !== 'done') continue;
      memory.lastDoorAt.set(route.courierId, route.closedAt!);
      memory.earnings.note(route);
    }
    // A stop or a new route changes what its courier does.
    for (const route of found) workers.add(route.courierId);
  }
  if (workers.size > 0) {
    const found = await selectCouriers(db, marketId, [...workers]);
    const equipment = await selectEquipment(db, marketId, [...workers]);
    for (const id of workers) memory.couriers.delete(id);
    for (const courier of found) keepCourier(memory, courier, equipment.get(courier.id));
    for (const id of workers) {
      if (memory.couriers.has(id)) continue;
      memory.lastDoorAt.delete(id);
      memory.earnings.forget(id);
      memory.equipment.delete(id);
    }
  }
  if (stores.size > 0) {
    for (const store of (await selectStores(db, marketId, [...stores])).values()) keepStore(memory, store);
  }
}

const OPEN: ReadonlySet<OrderState> = new Set(['placed', 'accepted', 'ready', 'picked_up']);

function keepOrder(memory: MarketMemory, order: OrderRecord, declinedBy: readonly CourierId[] = []): void {
  if (!OPEN.has(order.state)) return;
  memory.orders.set(order.id, {
    id: order.id,
    storeId: order.storeId,
    state: order.state,
    address: order.address,
    placedAt: order.placedAt,
    slot: order.slot,
    prepareAt: order.prepareAt,
    promiseLatest: order.promise.latest,
    preparationSeconds: order.preparationSeconds,
    expectedReadyAt: order.expectedReadyAt,
    readyAt: order.readyAt,
    courierId: order.courierId,
    expectedDeliveryAt: order.expectedDeliveryAt,
    declinedBy,
    ...loadOf(order.lines, memory.handling),
  });
}

/** Reads what carrying the articles of orders takes; those that are gone are forgotten once there are many. */
async function learnHandling(
  db: Queryable,
  { marketId, handling }: MarketMemory,
  orders: readonly OrderRecord[],
): Promise<void> {
  const articleIds = new Set(orders.flatMap(({ lines }) => lines.map(({ articleId }) => articleId)));
  // Read anew each time: an order is read a few times in its life, and what was said of an article may have changed.
  for (const id of articleIds) handling.delete(id);
  if (handling.size > MAX_ARTICLES) handling.clear();
  for (const [id, known] of await selectHandling(db, marketId, [...articleIds])) handling.set(id, known);
}

function keepCourier(memory: MarketMemory, courier: CourierRecord, equipment: Equipment | undefined): void {
  if (courier.status === 'off_shift') return;
  memory.couriers.set(courier.id, courier);
  if (equipment !== undefined) memory.equipment.set(courier.id, equipment);
}

function keepRoute(memory: MarketMemory, route: RouteRecord): void {
  if (isOpen(route)) memory.routes.set(route.id, route);
}

function keepStore(memory: MarketMemory, { id, address }: StoreRecord): void {
  memory.stores.set(id, { id, address });
}
