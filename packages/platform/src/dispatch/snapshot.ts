import {
  type CourierState,
  type DispatchPolicy,
  type DispatchState,
  type OpenOrder,
  type Plane,
  halfAfter,
  halfBefore,
} from '@halfhour/engines/dispatch';
import {
  type CourierId,
  type EpochMs,
  type LatLng,
  type OrderId,
  SECOND_MS,
  addMs,
  epochMs,
} from '@halfhour/kernel';
import type { CourierPosition, CourierRecord } from '../couriers/index.ts';
import { type RouteRecord, isFirm, isPickedUp, remaining } from '../delivery/index.ts';
import { equipmentOf } from './loads.ts';
import type { DispatchOrder, DispatchStore, MarketMemory, Offers } from './market-memory.ts';

/** Ways through the market's streets, or whatever stands for them. */
export interface Travel {
  /** The node of the network nearest to a place; 0 or more. */
  nodeOf(place: LatLng): number;
  /** Whole seconds from one node to another. */
  seconds(fromNode: number, toNode: number): number;
  metres(fromNode: number, toNode: number): number;
  /** Where its nodes lie, so that couriers are looked for nearby and not among all. */
  readonly plane?: Plane;
}

export interface SnapshotOptions {
  readonly policy: DispatchPolicy;
  readonly tickSeconds: number;
  /** Second 0 of the engine, which counts in 32 bits. */
  readonly origin: EpochMs;
  /** An order is due at its promise, or so long after its placement where that is given. */
  readonly dueAfterSeconds?: number;
  /** From then on after its placement (or after it is due, if that is later) lateness costs steeply. */
  readonly latestAfterSeconds: number;
  /** After how long a courier has gone silent, in market time; asked at each snapshot. */
  readonly silentAfterMs: () => number;
}

/** What an operator may change between two snapshots. */
export type SnapshotTerms = Pick<SnapshotOptions, 'policy' | 'latestAfterSeconds'>;

/** A market at one moment as the engine is told it, and the way back from the engine's numbers. */
export interface Snapshot {
  readonly state: DispatchState;
  readonly orderOf: ReadonlyMap<number, DispatchOrder>;
  readonly courierOf: ReadonlyMap<number, CourierRecord>;
  readonly storeOf: ReadonlyMap<number, DispatchStore>;
  /** The first route of a courier that is not firm: what it goes to next, and what may still change. */
  readonly openRoute: ReadonlyMap<CourierId, RouteRecord>;
  /** When orders that are picked up, or given by hand, will be handed over. */
  readonly underway: ReadonlyMap<OrderId, EpochMs>;
  /** Couriers on shift of whom nothing was heard for long: what they have not begun is planned for others. */
  readonly silent: ReadonlySet<CourierId>;
  momentOf(seconds: number): EpochMs;
}

/** Numbers for ids, the same from snapshot to snapshot; forgets those that are gone. */
export class Numbers<Key> {
  private readonly numbers = new Map<Key, number>();
  private next = 0;

  of(key: Key): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.next++;
      this.numbers.set(key, number);
    }
    return number;
  }

  retain(keys: { has(key: Key): boolean }): void {
    for (const key of this.numbers.keys()) if (!keys.has(key)) this.numbers.delete(key);
  }
}

/** Makes snapshots of one market; remembers numbers and nodes between them. */
export class Snapshotter {
  private readonly travelAt: (now: EpochMs) => Travel;
  /** As of the last snapshot, so that one plan is made with one set of speeds. */
  private travel: Travel;
  private options: SnapshotOptions;
  private readonly orderNumbers = new Numbers<OrderId>();
  private readonly courierNumbers = new Numbers<CourierId>();
  private readonly storeNumbers = new Numbers<string>();
  private readonly nodes = new WeakMap<object, number>();
  /** Couriers who have gone silent, and when they were last heard of. */
  private readonly lost = new Map<CourierId, EpochMs>();

  constructor(travelAt: (now: EpochMs) => Travel, options: SnapshotOptions) {
    this.travelAt = travelAt;
    this.travel = travelAt(options.origin);
    this.options = options;
  }

  /** Goes on with other terms; numbers, and who is silent, stay. */
  setTerms(terms: SnapshotTerms): void {
    this.options = { ...this.options, ...terms };
  }

  take(memory: MarketMemory, positions: ReadonlyMap<CourierId, CourierPosition>, now: EpochMs): Snapshot {
    const { policy, tickSeconds } = this.options;
    const travel = this.travelAt(now);
    this.travel = travel;
    this.orderNumbers.retain(memory.orders);
    this.courierNumbers.retain(memory.couriers);
    for (const id of this.lost.keys()) if (!memory.couriers.has(id)) this.lost.delete(id);
    const nowSeconds = this.floor(now);
    const storeNodes: number[] = [];
    const storeOf = new Map<number, DispatchStore>();
    const storeAt = new Map<string, number>();
    for (const store of byId(memory.stores)) {
      const node = storeNode(this.storeNumbers.of(store.id));
      storeNodes[this.storeNumbers.of(store.id)] = this.nodeOf(store.address);
      storeOf.set(node, store);
      storeAt.set(placeName(store.address), storeAt.get(placeName(store.address)) ?? node);
    }
    const realNode = (node: number): number => (node < 0 ? storeNodes[storeNumber(node)]! : node);
    const seconds = (from: number, to: number): number =>
      from === to ? 0 : travel.seconds(realNode(from), realNode(to));
    const { plane } = travel;

    const routesOf = new Map<CourierId, RouteRecord[]>();
    for (const route of byId(memory.routes)) {
      const own = routesOf.get(route.courierId);
      if (own === undefined) routesOf.set(route.courierId, [route]);
      else own.push(route);
    }
    const couriers: CourierState[] = [];
    const courierOf = new Map<number, CourierRecord>();
    const openRoute = new Map<CourierId, RouteRecord>();
    const underway = new Map<OrderId, EpochMs>();
    const silent = new Set<CourierId>();
    // Orders whose courier is settled; those that are picked up are told by their state.
    const settled = new Set<OrderId>();
    for (const courier of byId(memory.couriers)) {
      const routes = inSequence(routesOf.get(courier.id) ?? []);
      const position = latest(courier, positions.get(courier.id));
      const first = routes.find((route) => !isFirm(route));
      const heardAt = lastHeard(position, memory.lastDoorAt.get(courier.id), routes);
      const isSilent = this.isSilent(courier.id, heardAt, first, now);
      if (isSilent) silent.add(courier.id);
      // Who has been seen at the store most likely has the food in hand.
      const isLost = isSilent && first?.state === 'started';
      if (first !== undefined && !isLost) openRoute.set(courier.id, first);
      for (const route of routes) {
        if (!isFirm(route) && !(isLost && route === first)) continue;
        for (const { orderId } of remaining(route)) settled.add(orderId);
      }
      if (position === undefined) continue;
      const { node, freeAtSeconds } = this.free(
        position,
        memory.lastDoorAt.get(courier.id),
        routes,
        memory,
        nowSeconds,
        storeAt,
        seconds,
        underway,
      );
      const offAtSeconds =
        courier.shiftEndsAt === undefined ? nowSeconds + 86_400 : this.floor(courier.shiftEndsAt);
      if (isSilent || courier.shiftEnding || courier.onBreak || offAtSeconds < nowSeconds) continue;
      const key = this.courierNumbers.of(courier.id);
      courierOf.set(key, courier);
      couriers.push({
        key,
        node,
        freeAtSeconds,
        onAtSeconds: Math.min(freeAtSeconds, nowSeconds),
        offAtSeconds,
        maxOrders: policy.maxBundleOrders,
        acceptance: acceptanceOf(memory.offers.get(courier.id)),
        ...equipmentOf(courier, memory.equipment.get(courier.id)),
        earnedPerHour: memory.earnings.perHour(courier.id, now),
      });
    }
    const orders: OpenOrder[] = [];
    const orderOf = new Map<number, DispatchOrder>();
    for (const order of byId(memory.orders)) {
      if (order.state === 'picked_up' || !memory.stores.has(order.storeId)) continue;
      if (settled.has(order.id) || isWaiting(order, now)) continue;
      const key = this.orderNumbers.of(order.id);
      orderOf.set(key, order);
      orders.push(this.openOrder(key, order, memory, nowSeconds, seconds));
    }
    return {
      state: {
        nowSeconds,
        nextTickSeconds: nowSeconds + tickSeconds,
        couriers,
        orders,
        travel: {
          seconds,
          ...(plane === undefined
            ? {}
            : {
                plane: {
                  x: (node) => plane.x(realNode(node)),
                  y: (node) => plane.y(realNode(node)),
                  fastestMetresPerSecond: plane.fastestMetresPerSecond,
                },
              }),
        },
      },
      orderOf,
      courierOf,
      storeOf,
      openRoute,
      underway,
      silent,
      momentOf: (second) => this.momentOf(second),
    };
  }

  /** Metres from a store over the doors of a sequence of orders: what a courier is paid for. */
  metresOf(store: DispatchStore, orders: readonly DispatchOrder[]): number {
    let from = this.nodeOf(store.address);
    let metres = 0;
    for (const order of orders) {
      const to = this.nodeOf(order.address);
      metres += this.travel.metres(from, to);
      from = to;
    }
    return metres;
  }

  /**
   * Whether a courier has gone silent with work that it has not begun. Who reports on the way is missed after a while; who
   * never does, when it should long have been at the store. It stays so until it is heard of again.
   */
  private isSilent(
    courierId: CourierId,
    heardAt: EpochMs,
    next: RouteRecord | undefined,
    now: EpochMs,
  ): boolean {
    const lostAt = this.lost.get(courierId);
    if (lostAt !== undefined && heardAt <= lostAt) return true;
    this.lost.delete(courierId);
    if (next === undefined) return false;
    const from = heardAt > next.assignedAt ? heardAt : Math.max(next.assignedAt, next.pickup.expectedAt);
    if (now - from <= this.options.silentAfterMs()) return false;
    this.lost.set(courierId, heardAt);
    return true;
  }

  private openOrder(
    key: number,
    order: DispatchOrder,
    memory: MarketMemory,
    nowSeconds: number,
    travelSeconds: (from: number, to: number) => number,
  ): OpenOrder {
    const { dueAfterSeconds, latestAfterSeconds } = this.options;
    const since = beganAt(order);
    const due =
      dueAfterSeconds === undefined ? order.promiseLatest : addMs(since, dueAfterSeconds * SECOND_MS);
    const dueAtSeconds = this.floor(due);
    const placedAtSeconds = this.floor(since);
    const store = storeNode(this.storeNumbers.of(order.storeId));
    const dropNode = this.nodeOf(order.address);
    // Nobody leaves the store with it so early that it is at the door before its slot.
    const leaveAtSeconds =
      order.slot === undefined ? -Infinity : this.ceil(order.slot) - travelSeconds(store, dropNode);
    const readyAtSeconds = this.readyAtSeconds(order, nowSeconds);
    // Where the slot decides when it leaves, how long the kitchen takes does not.
    const isUnsure = order.readyAt === undefined && readyAtSeconds > leaveAtSeconds;
    const readySpreadSeconds = isUnsure ? memory.readyMisses.spreadSeconds(order.storeId) : 0;
    return {
      key,
      placedAtSeconds,
      readyAtSeconds: Math.max(readyAtSeconds, leaveAtSeconds),
      ...(readySpreadSeconds === 0 ? {} : { readySpreadSeconds }),
      storeNode: store,
      dropNode,
      load: order.load,
      ...(order.requires.length === 0 ? {} : { requires: order.requires }),
      dueAtSeconds,
      latestAtSeconds: Math.max(dueAtSeconds, placedAtSeconds + latestAfterSeconds),
      ...(order.courierId === undefined ? {} : { toldCourierKey: this.courierNumbers.of(order.courierId) }),
      ...(order.declinedBy.length === 0
        ? {}
        : { declinedBy: order.declinedBy.map((courierId) => this.courierNumbers.of(courierId)) }),
    };
  }

  /**
   * Where and when a courier can do something new: after the work that is settled, on its arrival at the store of a
   * route that may still change, or where it stands.
   *
   * @param routes in the order in which they are carried out
   */
  private free(
    position: CourierPosition,
    lastDoorAt: EpochMs | undefined,
    routes: readonly RouteRecord[],
    memory: MarketMemory,
    nowSeconds: number,
    storeAt: ReadonlyMap<string, number>,
    travelSeconds: (from: number, to: number) => number,
    underway: Map<OrderId, EpochMs>,
  ): { node: number; freeAtSeconds: number } {
    const { policy } = this.options;
    let node = storeAt.get(placeName(position.place)) ?? this.travel.nodeOf(position.place);
    let time = this.floor(position.at);
    if (lastDoorAt !== undefined) {
      time = Math.max(time, this.floor(lastDoorAt) + halfAfter(policy.dropServiceSeconds));
    }
    for (const route of routes) {
      if (isPickedUp(route)) {
        const leftStop = lastStop(route);
        const leftAt =
          this.floor(leftStop.at) +
          halfAfter(leftStop.isPickup ? policy.pickupServiceSeconds : policy.dropServiceSeconds);
        // A position from before it left the last stop says less than the stop itself.
        if (time < leftAt) {
          node = this.nodeOf(leftStop.place);
          time = leftAt;
        }
      } else {
        const store = storeNode(this.storeNumbers.of(route.storeId));
        const departure = Math.max(time, this.floor(route.assignedAt));
        const arrival =
          route.pickup.arrivedAt === undefined
            ? Math.max(departure + travelSeconds(node, store), nowSeconds)
            : this.floor(route.pickup.arrivedAt);
        node = store;
        if (!isFirm(route)) return { node, freeAtSeconds: arrival };
        const ready = remaining(route).map(({ orderId }) => {
          const order = memory.orders.get(orderId);
          return order === undefined ? nowSeconds : this.readyAtSeconds(order, nowSeconds);
        });
        const pickup = Math.max(arrival + halfBefore(policy.pickupServiceSeconds), ...ready);
        time = pickup + halfAfter(policy.pickupServiceSeconds);
      }
      for (const dropoff of remaining(route)) {
        const door = this.nodeOf(dropoff.place);
        const arrival =
          dropoff.arrivedAt === undefined ? time + travelSeconds(node, door) : this.floor(dropoff.arrivedAt);
        const handOver = Math.max(arrival + halfBefore(policy.dropServiceSeconds), nowSeconds);
        underway.set(dropoff.orderId, this.momentOf(handOver));
        node = door;
        time = handOver + halfAfter(policy.dropServiceSeconds);
      }
    }
    return { node, freeAtSeconds: time };
  }

  /** Ready, expected to be, or as long as the store usually takes; what is overdue may be ready any moment. */
  private readyAtSeconds(order: DispatchOrder, nowSeconds: number): number {
    if (order.readyAt !== undefined) return this.ceil(order.readyAt);
    const usual = addMs(beganAt(order), order.preparationSeconds * SECOND_MS);
    return Math.max(nowSeconds, this.ceil(order.expectedReadyAt ?? usual));
  }

  private floor(moment: EpochMs): number {
    return Math.floor((moment - this.options.origin) / SECOND_MS);
  }

  private ceil(moment: EpochMs): number {
    return Math.ceil((moment - this.options.origin) / SECOND_MS);
  }

  private momentOf(second: number): EpochMs {
    return epochMs(this.options.origin + second * SECOND_MS);
  }

  private nodeOf(place: LatLng): number {
    let node = this.nodes.get(place);
    if (node === undefined) {
      node = this.travel.nodeOf(place);
      this.nodes.set(place, node);
    }
    return node;
  }
}

/** From when on an order is to be worked on: its placement, or the time of a scheduled one. */
function beganAt({ prepareAt, placedAt }: DispatchOrder): EpochMs {
  return prepareAt ?? placedAt;
}

/** Whether a scheduled order is left out because its time has not come; one that has a courier already is not. */
function isWaiting({ prepareAt, courierId }: DispatchOrder, now: EpochMs): boolean {
  return prepareAt !== undefined && now < prepareAt && courierId === undefined;
}

/** The started one first, then the oldest. */
function inSequence(routes: readonly RouteRecord[]): RouteRecord[] {
  return routes.toSorted(
    (a, b) => Number(b.state === 'started') - Number(a.state === 'started') || (a.id < b.id ? -1 : 1),
  );
}

/** How likely a courier takes what it is offered: as it did, and as one who accepts who has not been offered much. */
function acceptanceOf(offers: Offers | undefined): number {
  if (offers === undefined) return 1;
  return 1 - offers.declined / (offers.made + ACCEPTED_BEFORE);
}

/** So many offers count as accepted before the first. */
const ACCEPTED_BEFORE = 10;

/** The last sign of life: a position, or a stop. */
function lastHeard(
  position: CourierPosition | undefined,
  lastDoorAt: EpochMs | undefined,
  routes: readonly RouteRecord[],
): EpochMs {
  const stops = routes.flatMap(({ pickup, dropoffs }) => [pickup, ...dropoffs]);
  return epochMs(
    Math.max(
      position?.at ?? 0,
      lastDoorAt ?? 0,
      ...stops.map(({ arrivedAt, completedAt }) => completedAt ?? arrivedAt ?? 0),
    ),
  );
}

function lastStop(route: RouteRecord): { place: LatLng; at: EpochMs; isPickup: boolean } {
  const door = route.dropoffs.findLast((dropoff) => dropoff.completedAt !== undefined);
  return door === undefined
    ? { place: route.pickup.place, at: route.pickup.completedAt!, isPickup: true }
    : { place: door.place, at: door.completedAt!, isPickup: false };
}

function latest(courier: CourierRecord, position: CourierPosition | undefined): CourierPosition | undefined {
  const { position: place, positionAt: at } = courier;
  if (place === undefined || at === undefined) return position;
  return position !== undefined && position.at >= at ? position : { place, at };
}

/** Stores have nodes of their own below zero: two stores in one house are two places to the engine. */
function storeNode(number: number): number {
  return -10 - number;
}

function storeNumber(node: number): number {
  return -10 - node;
}

function placeName({ lat, lng }: LatLng): string {
  return `${lat} ${lng}`;
}

/** In id order, which is the order of time: the same memory gives the same snapshot. */
function byId<Key extends string, Value>(map: ReadonlyMap<Key, Value>): Value[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
