import type { CourierId, EpochMs, MarketId, OrderId } from '@halfhour/kernel';
import { type CourierRecord, selectCouriers } from '../couriers/index.ts';
import { type RouteRecord, selectOpenRoutes } from '../delivery/index.ts';
import { type Position, type StoredEvent, readEvents, readHead } from '../events/index.ts';
import { type OrderRecord, selectOpenOrders, selectOrders } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';

/** What dispatch knows of a market: open orders, couriers on shift and their open routes, up to `position`. */
export interface MarketMemory {
  position: Position;
  readonly orders: Map<OrderId, OrderRecord>;
  readonly couriers: Map<CourierId, CourierRecord>;
  readonly routes: Map<CourierId, RouteRecord[]>;
  /** When each courier completed its last stop. */
  readonly lastStopAt: Map<CourierId, EpochMs>;
}

const BATCH = 1_000;
const OPEN_STATES = new Set(['placed', 'accepted', 'ready', 'picked_up']);

/**
 * Reads a market from Postgres. The place in the events is taken first, so what changes meanwhile is read
 * again by the first refresh, which does no harm.
 */
export async function loadMemory(db: Queryable, marketId: MarketId): Promise<MarketMemory> {
  const position = await readHead(db, marketId);
  const memory: MarketMemory = {
    position,
    orders: new Map(),
    couriers: new Map(),
    routes: new Map(),
    lastStopAt: new Map(),
  };
  for (const order of await selectOpenOrders(db, marketId)) takeOrder(memory, order);
  for (const courier of await selectCouriers(db, marketId)) takeCourier(memory, courier);
  for (const route of await selectOpenRoutes(db, marketId)) takeRoute(memory, route);
  return memory;
}

/**
 * Brings the memory up to the present: reads the events since, and again whatever they tell of, each kind in
 * one statement a batch. Applying an event twice changes nothing.
 */
export async function refreshMemory(db: Queryable, marketId: MarketId, memory: MarketMemory): Promise<void> {
  for (;;) {
    const events = await readEvents(db, marketId, memory.position, BATCH);
    if (events.length === 0) return;
    const orderIds = new Set<OrderId>();
    const courierIds = new Set<CourierId>();
    for (const event of events) note(memory, event, orderIds, courierIds);
    const orders = await selectOrders(db, marketId, [...orderIds]);
    for (const id of orderIds) memory.orders.delete(id);
    for (const order of orders.values()) takeOrder(memory, order);
    if (courierIds.size > 0) {
      const ids = [...courierIds];
      const couriers = await selectCouriers(db, marketId, ids);
      const routes = await selectOpenRoutes(db, marketId, ids);
      for (const id of ids) {
        memory.couriers.delete(id);
        memory.routes.delete(id);
      }
      for (const courier of couriers) takeCourier(memory, courier);
      for (const route of routes) takeRoute(memory, route);
    }
    memory.position = events.at(-1)!.position;
    if (events.length < BATCH) return;
  }
}

function note(
  memory: MarketMemory,
  event: StoredEvent,
  orderIds: Set<OrderId>,
  courierIds: Set<CourierId>,
): void {
  const { subject } = event;
  if (subject.startsWith('ord_')) orderIds.add(subject as OrderId);
  const courierId = event.data['courierId'];
  if (typeof courierId === 'string' && !subject.startsWith('ord_')) {
    courierIds.add(courierId as CourierId);
    if (event.type === 'StopCompleted') memory.lastStopAt.set(courierId as CourierId, event.at);
  }
}

function takeOrder(memory: MarketMemory, order: OrderRecord): void {
  if (OPEN_STATES.has(order.state)) memory.orders.set(order.id, order);
}

function takeCourier(memory: MarketMemory, courier: CourierRecord): void {
  if (courier.status !== 'off_shift') memory.couriers.set(courier.id, courier);
}

function takeRoute(memory: MarketMemory, route: RouteRecord): void {
  memory.routes.set(route.courierId, [...(memory.routes.get(route.courierId) ?? []), route]);
}
