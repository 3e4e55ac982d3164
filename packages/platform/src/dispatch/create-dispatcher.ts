import {
  type CourierState,
  type DispatchPolicy,
  type OpenOrder,
  type Plan,
  createDispatchEngine,
  validatePlan,
} from '@halfhour/engines/dispatch';
import {
  type Clock,
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type Random,
  type StoreId,
  SECOND_MS,
  epochMs,
  invariant,
} from '@halfhour/kernel';
import type { Couriers } from '../couriers/index.ts';
import type { Assignment, Delivery } from '../delivery/index.ts';
import type { MarketPolicy } from '../markets/index.ts';
import type { OrderChange, OrderRecord, Ordering } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { type StoreRecord, selectAllStores } from '../stores/index.ts';
import { type Heading, type Travel, outlookOf, toSeconds } from './courier-outlook.ts';
import { releaseLease, takeLease } from './lease-store.ts';
import { type MarketMemory, loadMemory, refreshMemory } from './market-memory.ts';
import { type Reconciled, dropsOf, reconcile } from './reconcile-plan.ts';

export interface DispatcherDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly ordering: Pick<Ordering, 'applyChanges'>;
  readonly delivery: Pick<Delivery, 'assign' | 'update' | 'fence'>;
  readonly couriers: Pick<Couriers, 'positions'>;
  readonly onCommit: () => void;
  /** Told of plans that the validator refuses and of assignments that delivery refuses. */
  readonly onWarning: (what: string, facts: Readonly<Record<string, unknown>>) => void;
}

export interface DispatcherOptions {
  readonly marketId: MarketId;
  readonly marketPolicy: Pick<MarketPolicy, 'courierPayPerOrderMinor' | 'courierPayPerKmMinor'>;
  readonly policy: DispatchPolicy;
  readonly travel: Travel;
  /** Names this process; the holder of the lease dispatches. */
  readonly holder: string;
  /** Market time from one tick to the next. */
  readonly tickSeconds: number;
  /** Orders that a courier with this vehicle carries at once. */
  readonly maxOrdersOf: (vehicle: 'bicycle' | 'motorcycle' | 'car') => number;
  /** When an order should and when it must be at the door. */
  readonly deadlinesOf: (order: OrderRecord) => { readonly dueAt: EpochMs; readonly latestAt: EpochMs };
}

/** Why an order is where it is, as of the last tick that decided about it. */
export interface Decision {
  readonly at: EpochMs;
  readonly action: 'collect' | 'go' | 'wait' | 'unassigned';
  readonly courierId?: CourierId;
  readonly expectedPickupAt?: EpochMs;
  readonly expectedDropAt?: EpochMs;
}

export type TickOutcome =
  /** Another process dispatches this market. */
  | { readonly kind: 'not_holder' }
  | {
      readonly kind: 'dispatched';
      readonly orders: number;
      readonly couriers: number;
      readonly assigned: number;
      readonly changed: number;
      readonly unassigned: number;
    };

export interface Dispatcher {
  /** One round: take or keep the lease, catch up, plan, check, commit. Called by the loop or by a replay. */
  tick(): Promise<TickOutcome>;
  /** The last decision about an order; forgotten some time after its delivery. */
  explain(orderId: OrderId): Decision | undefined;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/** Real time without a tick after which another process may take over. */
const LEASE_MS = 15_000;
const MAX_DECISIONS = 20_000;
/** A change of the expected time below this is not told to the shopper. */
const EXPECT_MS = 120 * SECOND_MS;
/** A kitchen that is late is expected a minute from now, again and again, until it says more. */
const LATE_KITCHEN_SECONDS = 60;

/** The market's one mind. It remembers between ticks; what it decides is true only once delivery has committed it. */
export function createDispatcher(deps: DispatcherDeps, options: DispatcherOptions): Dispatcher {
  const { db, clock, delivery, ordering, couriers } = deps;
  const { marketId, policy, travel } = options;
  const engine = createDispatchEngine(policy, deps.random);
  const keys = createKeys();
  const headings = new Map<CourierId, Heading>();
  const decisions = new Map<OrderId, Decision>();
  const stores = new Map<StoreId, StoreRecord>();
  let memory: MarketMemory | undefined;
  let token: number | undefined;

  async function catchUp(): Promise<MarketMemory | undefined> {
    const lease = await takeLease(db, marketId, options.holder, LEASE_MS);
    if (lease === undefined || (lease !== token && !(await delivery.fence(marketId, lease)))) {
      memory = undefined;
      token = undefined;
      return undefined;
    }
    if (lease !== token) memory = undefined;
    token = lease;
    if (memory === undefined) memory = await loadMemory(db, marketId);
    await refreshMemory(db, marketId, memory);
    return memory;
  }

  async function storeOf(order: OrderRecord): Promise<StoreRecord> {
    if (!stores.has(order.storeId)) {
      for (const store of await selectAllStores(db, marketId)) stores.set(store.id, store);
    }
    const store = stores.get(order.storeId);
    invariant(store !== undefined, `order ${order.id} of an unknown store`);
    return store;
  }

  async function openOrders(now: EpochMs, open: readonly OrderRecord[]): Promise<OpenOrder[]> {
    const result: OpenOrder[] = [];
    for (const order of open) {
      const store = await storeOf(order);
      const { dueAt, latestAt } = options.deadlinesOf(order);
      const expected = order.expectedReadyAt ?? order.placedAt + order.preparationSeconds * SECOND_MS;
      result.push({
        key: keys.keyOf(order.id),
        placedAtSeconds: toSeconds(order.placedAt),
        readyAtSeconds:
          order.readyAt === undefined
            ? Math.max(
                toSeconds(epochMs(expected)),
                toSeconds(now) + (expected <= now ? LATE_KITCHEN_SECONDS : 0),
              )
            : toSeconds(order.readyAt),
        storeNode: travel.nodeOf(store.address),
        dropNode: travel.nodeOf(order.address),
        dueAtSeconds: toSeconds(dueAt),
        latestAtSeconds: toSeconds(latestAt),
      });
    }
    return result;
  }

  function courierStates(known: MarketMemory, now: EpochMs): CourierState[] {
    const positions = couriers.positions(marketId);
    return [...known.couriers.values()].flatMap((courier) => {
      const state = outlookOf({
        courier,
        position: positions.get(courier.id),
        routes: known.routes.get(courier.id) ?? [],
        heading: headings.get(courier.id),
        lastStopAt: known.lastStopAt.get(courier.id),
        now,
        travel,
        policy,
        maxOrders: options.maxOrdersOf(courier.vehicle),
        key: keys.keyOf(courier.id),
      });
      return state === undefined ? [] : [state];
    });
  }

  /** Metres from the store through the doors, for the courier's pay. */
  function payOf(storeNode: number, orders: readonly OrderRecord[]): number {
    let metres = 0;
    let at = storeNode;
    for (const order of orders) {
      const door = travel.nodeOf(order.address);
      metres += travel.metres(at, door);
      at = door;
    }
    const { courierPayPerOrderMinor, courierPayPerKmMinor } = options.marketPolicy;
    return courierPayPerOrderMinor * orders.length + Math.round((courierPayPerKmMinor * metres) / 1_000);
  }

  async function commit(
    reconciled: Reconciled,
    known: MarketMemory,
    states: readonly CourierState[],
    now: EpochMs,
    fencingToken: number,
  ): Promise<{ assigned: number; changed: number }> {
    let [assigned, changed] = [0, 0];
    if (reconciled.updates.length > 0) {
      const updates = reconciled.updates.map((update) => ({
        ...update,
        payMinor:
          update.drops.length === 0
            ? 0
            : payOf(nodeOfRoute(known, update.routeId), ordersOf(known, update.drops)),
      }));
      const result = await delivery.update(marketId, updates, { fencingToken });
      if (!result.ok) return { assigned, changed };
      for (const each of result.value) {
        if (each.ok) changed += 1;
        else deps.onWarning('route not changed', { ...each.error });
      }
    }
    if (reconciled.additions.length > 0) {
      const additions: Assignment[] = [];
      for (const { courierId, planned, orders } of reconciled.additions) {
        const store = await storeOf(orders[0]!);
        additions.push({
          courierId,
          storeId: store.id,
          pickupPlace: store.address,
          expectedPickupAt: epochMs(planned.pickupAtSeconds * SECOND_MS),
          drops: dropsOf(planned, orders),
          payMinor: payOf(planned.storeNode, orders),
        });
      }
      const result = await delivery.assign(marketId, additions, { fencingToken });
      if (!result.ok) return { assigned, changed };
      result.value.forEach((each, index) => {
        const { courierId, planned } = reconciled.additions[index]!;
        if (!each.ok) return deps.onWarning('route not assigned', { courierId, ...each.error });
        assigned += 1;
        const state = states.find((one) => one.key === planned.courierKey)!;
        const departs = Math.max(toSeconds(now), state.freeAtSeconds);
        headings.set(courierId, {
          node: planned.storeNode,
          arrivesAtSeconds:
            state.node === planned.storeNode
              ? departs
              : departs + travel.seconds(state.node, planned.storeNode),
          since: now,
        });
      });
    }
    if (assigned + changed > 0) deps.onCommit();
    return { assigned, changed };
  }

  function nodeOfRoute(known: MarketMemory, routeId: string): number {
    for (const routes of known.routes.values()) {
      const route = routes.find((each) => each.id === routeId);
      if (route !== undefined) return travel.nodeOf(route.pickup.place);
    }
    throw new Error(`no route ${routeId}`);
  }

  function ordersOf(known: MarketMemory, drops: readonly { readonly orderId: OrderId }[]): OrderRecord[] {
    return drops.map(({ orderId }) => known.orders.get(orderId)!);
  }

  /** Remembers why, and tells ordering where the expected time at the door has moved. */
  async function tell(plan: Plan, known: MarketMemory, now: EpochMs): Promise<void> {
    const changes: OrderChange[] = [];
    for (const assignment of plan.assignments) {
      assignment.orderKeys.forEach((key, index) => {
        const order = known.orders.get(keys.idOf(key) as OrderId)!;
        const expectedDropAt = epochMs(assignment.dropAtSeconds[index]! * SECOND_MS);
        remember(order.id, {
          at: now,
          action: assignment.action,
          courierId: keys.idOf(assignment.courierKey) as CourierId,
          expectedPickupAt: epochMs(assignment.pickupAtSeconds * SECOND_MS),
          expectedDropAt,
        });
        const moved = Math.abs(expectedDropAt - (order.expectedDeliveryAt ?? 0));
        if (moved >= EXPECT_MS) {
          changes.push({
            orderId: order.id,
            kind: 'expect',
            by: 'system',
            expectedDeliveryAt: expectedDropAt,
          });
        }
      });
    }
    for (const key of plan.unassigned) remember(keys.idOf(key) as OrderId, { at: now, action: 'unassigned' });
    if (changes.length === 0) return;
    await db.transaction((tx) => ordering.applyChanges(tx, marketId, changes));
    deps.onCommit();
  }

  function remember(orderId: OrderId, decision: Decision): void {
    decisions.delete(orderId);
    decisions.set(orderId, decision);
    if (decisions.size > MAX_DECISIONS) decisions.delete(decisions.keys().next().value!);
  }

  return {
    async tick() {
      const known = await catchUp();
      if (known === undefined || token === undefined) return { kind: 'not_holder' };
      const now = clock.now();
      const open = [...known.orders.values()].filter((order) => order.state !== 'picked_up');
      const states = courierStates(known, now);
      const state = {
        nowSeconds: toSeconds(now),
        nextTickSeconds: toSeconds(now) + options.tickSeconds,
        couriers: states,
        orders: await openOrders(now, open),
        travel,
      };
      const plan = withoutViolations(engine.plan(state), validatePlan, state, policy, deps.onWarning);
      const reconciled = reconcile(
        plan,
        known.routes,
        (route) => travel.nodeOf(route.pickup.place),
        (key) => keys.idOf(key) as CourierId,
        (key) => known.orders.get(keys.idOf(key) as OrderId)!,
      );
      const { assigned, changed } = await commit(reconciled, known, states, now, token);
      await tell(plan, known, now);
      keys.forgetAllBut([...known.orders.keys(), ...known.couriers.keys()]);
      for (const courierId of headings.keys()) if (!known.couriers.has(courierId)) headings.delete(courierId);
      return {
        kind: 'dispatched',
        orders: open.length,
        couriers: states.length,
        assigned,
        changed,
        unassigned: plan.unassigned.length,
      };
    },
    explain: (orderId) => decisions.get(orderId),
    async close() {
      memory = undefined;
      token = undefined;
      await releaseLease(db, marketId, options.holder);
    },
  };
}

/** The plan less the couriers that the validator objects to; a plan that breaks a rule is a bug to be told. */
function withoutViolations(
  plan: Plan,
  validate: typeof validatePlan,
  state: Parameters<typeof validatePlan>[0],
  policy: DispatchPolicy,
  onWarning: DispatcherDeps['onWarning'],
): Plan {
  const violations = validate(state, plan, policy);
  if (violations.length === 0) return plan;
  for (const violation of violations.slice(0, 10)) onWarning('plan violates a rule', { ...violation });
  const couriers = new Set(violations.map((violation) => violation.courierKey));
  const orders = new Set(violations.map((violation) => violation.orderKey));
  return {
    ...plan,
    assignments: plan.assignments.filter(
      (each) => !couriers.has(each.courierKey) && !each.orderKeys.some((key) => orders.has(key)),
    ),
  };
}

/** Numbers for the engine that stay the same from tick to tick. */
function createKeys() {
  const numbers = new Map<string, number>();
  const ids = new Map<number, string>();
  let next = 0;
  return {
    keyOf(id: string): number {
      let key = numbers.get(id);
      if (key === undefined) {
        key = next++;
        numbers.set(id, key);
        ids.set(key, id);
      }
      return key;
    },
    idOf(key: number): string {
      const id = ids.get(key);
      invariant(id !== undefined, `the plan names an unknown key ${key}`);
      return id;
    },
    forgetAllBut(kept: readonly string[]): void {
      const keep = new Set(kept);
      for (const [id, key] of numbers) {
        if (keep.has(id)) continue;
        numbers.delete(id);
        ids.delete(key);
      }
    },
  };
}
