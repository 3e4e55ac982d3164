import {
  type DispatchEngine,
  type DispatchPolicy,
  type Plan,
  type PlanViolation,
  validatePlan,
} from '@halfhour/engines/dispatch';
import {
  type Clock,
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type Ticker,
  MINUTE_MS,
  SECOND_MS,
  addMs,
  epochMs,
  invariant,
} from '@halfhour/kernel';
import type { CourierPosition, Couriers } from '../couriers/index.ts';
import { type Delivery, passFence, routePay } from '../delivery/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Ordering } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { saveDecisions } from './decision-store.ts';
import { DecisionBook } from './decisions.ts';
import { LATEST_AFTER_SECONDS, policyWith, selectPolicy } from './dispatch-policy.ts';
import { type Enactment, enactPlan } from './enact-plan.ts';
import { releaseLease, takeLease } from './lease.ts';
import { type DispatchStore, type MarketMemory, followEvents, readMemory, refresh } from './market-memory.ts';
import { type Snapshot, type Travel, Snapshotter } from './snapshot.ts';
import { type WaysAsked, waysAsked } from './ways-asked.ts';

export interface DispatcherDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly marketId: MarketId;
  /** Who this is in the lease: different for each process that lives at the same time. */
  readonly holder: string;
  readonly markets: Pick<Markets, 'get'>;
  readonly ordering: Pick<Ordering, 'applyChanges'>;
  readonly delivery: Pick<Delivery, 'assign' | 'update' | 'fence'>;
  /** Where couriers are; positions written in Postgres fill what this process does not know. */
  readonly couriers: Pick<Couriers, 'positions'>;
  /** Ways as they are at a moment. */
  readonly travelAt: (now: EpochMs) => Travel;
  /**
   * Told before each round which ways it will ask about, for travel times that have to be fetched. What fails there
   * must have its stand-in there.
   */
  readonly learnWays?: (now: EpochMs, ways: readonly WaysAsked[]) => Promise<void>;
  /** What is in force where the operator has set nothing, and how the search goes about it. */
  readonly policy: DispatchPolicy;
  /** A fresh engine, made at each take-over and change of policy: what an older one remembers may no longer be so. */
  readonly createEngine: (policy: DispatchPolicy) => DispatchEngine;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
  /** Told what a tick of the loop threw; the loop goes on. */
  readonly onError: (error: unknown) => void;
  /** Told of broken rules in a plan; what they concern is not committed. */
  readonly onViolations?: (violations: readonly PlanViolation[]) => void;
  /** Told once of each courier or order that the engine cannot plan with, and what to mend. */
  readonly onLeftOut?: (subject: CourierId | OrderId | undefined, message: string) => void;
  /**
   * Sends an idle courier ahead to a store. Without it nobody is sent, whatever the policy says. Until the
   * courier is seen somewhere later the dispatcher takes it to be on its way there.
   */
  readonly onPreposition?: (courierId: CourierId, store: DispatchStore) => void;
  /**
   * How long a round may search, in real time. Without it the policy bounds the steps, and the same input gives the
   * same plans whatever the machine does.
   */
  readonly searchTime?: { readonly ticker: Pick<Ticker, 'elapsedMs'>; readonly milliseconds: number };
  readonly options?: Partial<DispatcherOptions>;
}

export interface DispatcherOptions {
  /** Market seconds from tick to tick. */
  readonly tickSeconds: number;
  /** Market seconds from look to look while another process dispatches the market. */
  readonly standbySeconds: number;
  /** Real seconds that the lease outlives its last renewal; longer than a tick takes in real time. */
  readonly leaseSeconds: number;
  /** An order is due at its promise, or so long after its placement where this is given. */
  readonly dueAfterSeconds?: number;
  readonly latestAfterSeconds: number;
  /** After how long a courier has gone silent, in market time: see `Snapshotter`. */
  readonly silentAfterMs: () => number;
}

const DEFAULTS: DispatcherOptions = {
  tickSeconds: 20,
  standbySeconds: 5,
  leaseSeconds: 45,
  latestAfterSeconds: LATEST_AFTER_SECONDS,
  silentAfterMs: () => Infinity,
};

/** A smaller move of the expected delivery is noise to a shopper. */
const EXPECTATION_THRESHOLD_MS = MINUTE_MS;

export interface TickReport {
  readonly at: EpochMs;
  /** `standby`: another process dispatches the market. `deposed`: it took over while this tick ran. */
  readonly role: 'leader' | 'standby' | 'deposed';
  readonly events: number;
  readonly orders: number;
  readonly couriers: number;
  /** On shift, and of whom nothing was heard for long. */
  readonly silent: number;
  readonly assigned: number;
  readonly updated: number;
  /** Assignments and updates that the world no longer allowed. */
  readonly refused: number;
  readonly expected: number;
  readonly unassigned: number;
  readonly violations: number;
}

export interface Dispatcher {
  /**
   * One round: lease, events, plan, check, commit. The loop calls it, or a replay by hand with a clock it
   * moves. A call while one runs answers with that one.
   */
  tick(): Promise<TickReport>;
  /** Ticks by the clock until `signal` aborts, then gives the lease back. A tick that is too late is skipped. */
  run(signal: AbortSignal, onTick?: (report: TickReport) => void): Promise<void>;
  /** What this process knows while it leads. For tests and for people who look. */
  readonly memory: MarketMemory | undefined;
  /** Gives the lease back at once. */
  stop(): Promise<void>;
}

/** While this process leads the market. */
interface Leadership {
  readonly fencingToken: number;
  readonly memory: MarketMemory;
  readonly snapshotter: Snapshotter;
  /** In force; changed by the operator between two rounds. */
  policy: DispatchPolicy;
  engine: DispatchEngine;
  readonly decisions: DecisionBook;
  /** What was told to be left out. */
  readonly leftOut: Set<string>;
  /** Where couriers who were sent ahead will be, and when they were sent. */
  readonly sent: Map<CourierId, CourierPosition & { readonly since: EpochMs }>;
}

/** The market's one mind; see the module's README. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { db, clock, marketId, holder, delivery } = deps;
  const basePolicy =
    deps.onPreposition === undefined ? { ...deps.policy, prepositionWithinSeconds: 0 } : deps.policy;
  const options: DispatcherOptions = { ...DEFAULTS, ...deps.options };
  let leadership: Leadership | undefined;
  let running: Promise<TickReport> | undefined;

  async function lead(): Promise<Leadership | undefined> {
    const fencingToken = await takeLease(db, {
      marketId,
      holder,
      seconds: options.leaseSeconds,
      fencingToken: leadership?.fencingToken ?? 0,
    });
    if (fencingToken === undefined) leadership = undefined;
    else if (leadership?.fencingToken !== fencingToken) {
      leadership = undefined;
      // From here on the one before is shut out, so what is read next is what it left.
      if (!(await delivery.fence(marketId, fencingToken))) return undefined;
      leadership = {
        fencingToken,
        memory: await readMemory(db, marketId),
        snapshotter: new Snapshotter(deps.travelAt, {
          ...options,
          policy: basePolicy,
          origin: epochMs(Math.floor(clock.now() / SECOND_MS) * SECOND_MS),
        }),
        policy: basePolicy,
        engine: deps.createEngine(basePolicy),
        decisions: new DecisionBook(),
        leftOut: new Set(),
        sent: new Map(),
      };
    }
    return leadership;
  }

  async function tick(): Promise<TickReport> {
    const at = clock.now();
    const leading = await lead();
    if (leading === undefined) return report(at, 'standby');
    const { memory, snapshotter } = leading;
    const events = await followEvents(db, memory);
    if (memory.policyChanged) await followPolicy(leading);
    const { policy } = leading;
    const positions = positionsOf(leading);
    await deps.learnWays?.(at, waysAsked(memory, positions));
    const snapshot = snapshotter.take(memory, positions, at);
    const { plan, violations } = checkedPlan(leading, snapshot);
    tellLeftOut(leading, snapshot, plan);
    const decisions = leading.decisions.note(snapshot, plan, at, policy);
    const market = await deps.markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    const enactment = enactPlan(snapshot, plan, {
      payMinor: (store, orders) =>
        routePay(market, at, orders.length, () => snapshotter.metresOf(store, orders)),
    });
    const outcome = await commit(leading, enactment);
    if (outcome === undefined) {
      leadership = undefined;
      return report(at, 'deposed');
    }
    await saveDecisions(db, marketId, decisions);
    sendAhead(leading, snapshot, plan);
    return {
      ...report(at, 'leader'),
      ...outcome,
      events,
      orders: snapshot.state.orders.length,
      couriers: snapshot.state.couriers.length,
      silent: snapshot.silent.size,
      unassigned: plan.unassigned.length,
      violations,
    };
  }

  /** Goes on by what the operator has set last. */
  async function followPolicy(leading: Leadership): Promise<void> {
    const { version, terms } = await selectPolicy(db, marketId);
    leading.memory.policyChanged = false;
    if (version === 0) return;
    leading.policy = policyWith(basePolicy, terms);
    leading.engine = deps.createEngine(leading.policy);
    leading.snapshotter.setTerms({
      policy: leading.policy,
      latestAfterSeconds: terms.latestAfterSeconds,
    });
  }

  /** Positions as reported, and as foreseen for those who were sent ahead and not seen since. */
  function positionsOf({ sent, memory }: Leadership): ReadonlyMap<CourierId, CourierPosition> {
    const reported = deps.couriers.positions(marketId);
    if (sent.size === 0) return reported;
    const positions = new Map(reported);
    for (const [courierId, foreseen] of sent) {
      const seenAt = reported.get(courierId)?.at ?? memory.couriers.get(courierId)?.positionAt ?? 0;
      if (seenAt > foreseen.since || !memory.couriers.has(courierId)) sent.delete(courierId);
      else positions.set(courierId, foreseen);
    }
    return positions;
  }

  function sendAhead(
    { sent }: Leadership,
    { state, courierOf, storeOf, momentOf }: Snapshot,
    plan: Plan,
  ): void {
    for (const { courierKey, storeNode } of plan.prepositions) {
      const courier = state.couriers.find((each) => each.key === courierKey)!;
      const store = storeOf.get(storeNode)!;
      const { id } = courierOf.get(courierKey)!;
      const arrivesAt =
        Math.max(state.nowSeconds, courier.freeAtSeconds) + state.travel.seconds(courier.node, storeNode);
      sent.set(id, { place: store.address, at: momentOf(arrivesAt), since: clock.now() });
      deps.onPreposition?.(id, store);
    }
  }

  function tellLeftOut({ leftOut }: Leadership, { courierOf, orderOf }: Snapshot, plan: Plan): void {
    const before = new Set(leftOut);
    leftOut.clear();
    for (const { courierKey, orderKey, message } of plan.leftOut) {
      const subject =
        courierKey === undefined ? orderOf.get(orderKey ?? -1)?.id : courierOf.get(courierKey)?.id;
      const told = `${subject} ${message}`;
      leftOut.add(told);
      if (!before.has(told)) deps.onLeftOut?.(subject, message);
    }
  }

  /** A plan of which everything that breaks a rule has been taken out. */
  function checkedPlan(
    { engine, policy }: Leadership,
    { state }: Snapshot,
  ): { plan: Plan; violations: number } {
    const plan = engine.plan(state, searchProgress(policy, state.orders.length));
    const violations = validatePlan(state, plan, policy);
    if (violations.length === 0) return { plan, violations: 0 };
    deps.onViolations?.(violations);
    const couriers = new Set(violations.map((violation) => violation.courierKey));
    const orders = new Set(violations.map((violation) => violation.orderKey));
    const known = new Set(state.couriers.map((courier) => courier.key));
    const open = new Set(state.orders.map((order) => order.key));
    return {
      violations: violations.length,
      plan: {
        assignments: plan.assignments.filter(
          ({ courierKey, orderKeys }) =>
            known.has(courierKey) &&
            !couriers.has(courierKey) &&
            orderKeys.every((key) => open.has(key) && !orders.has(key)),
        ),
        prepositions: plan.prepositions.filter(({ courierKey }) => !couriers.has(courierKey)),
        unassigned: plan.unassigned.filter((key) => open.has(key) && !orders.has(key)),
        leftOut: plan.leftOut,
      },
    };
  }

  /** By the clock where the search has a time; steps then only end it early where there are few orders. */
  function searchProgress(policy: DispatchPolicy, orders: number): ((steps: number) => number) | undefined {
    if (deps.searchTime === undefined) return undefined;
    const { ticker, milliseconds } = deps.searchTime;
    const beganAt = ticker.elapsedMs();
    const enough = Math.max(1, policy.iterationsPerOrder * orders);
    return (steps) => Math.max(steps / enough, (ticker.elapsedMs() - beganAt) / milliseconds);
  }

  /** Writes what a plan asks for; undefined where another process has taken over. */
  async function commit(
    { fencingToken, memory }: Leadership,
    { updates, assignments, expectations }: Enactment,
  ): Promise<Pick<TickReport, 'updated' | 'assigned' | 'refused' | 'expected'> | undefined> {
    let [updated, assigned, refused] = [0, 0, 0];
    if (updates.length > 0) {
      const outcome = await delivery.update(marketId, updates, { fencingToken });
      if (!outcome.ok) return undefined;
      updated = outcome.value.filter((each) => each.ok).length;
      refused += outcome.value.length - updated;
    }
    if (assignments.length > 0) {
      const outcome = await delivery.assign(marketId, assignments, { fencingToken });
      if (!outcome.ok) return undefined;
      assigned = outcome.value.filter((each) => each.ok).length;
      refused += outcome.value.length - assigned;
      // Not all that makes an assignment impossible has an event (a shift marked to end), so look again.
      const stale = assignments.filter((_, index) => !outcome.value[index]!.ok);
      await refresh(db, memory, {
        orders: new Set(stale.flatMap(({ drops }) => drops.map((drop) => drop.orderId))),
        couriers: new Set(stale.map(({ courierId }) => courierId)),
        routes: new Set(),
        stores: new Set(),
      });
    }
    const moved = expectations.filter(({ orderId, expectedDeliveryAt }) => {
      const before = memory.orders.get(orderId)?.expectedDeliveryAt;
      return before === undefined || Math.abs(before - expectedDeliveryAt) > EXPECTATION_THRESHOLD_MS;
    });
    if (moved.length > 0) {
      const written = await db.transaction(async (tx) => {
        if (!(await passFence(tx, marketId, fencingToken))) return undefined;
        return deps.ordering.applyChanges(
          tx,
          marketId,
          moved.map((each) => ({ ...each, kind: 'expect' as const, by: 'system' as const })),
        );
      });
      if (written === undefined) return undefined;
      deps.onCommit(marketId);
    }
    return { updated, assigned, refused, expected: moved.length };
  }

  function tickOnce(): Promise<TickReport> {
    running ??= tick().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function stop(): Promise<void> {
    await running?.catch(() => undefined);
    const token = leadership?.fencingToken;
    leadership = undefined;
    if (token !== undefined) await releaseLease(db, { marketId, holder, fencingToken: token });
  }

  return {
    tick: tickOnce,
    async run(signal, onTick) {
      let next = clock.now();
      while (!signal.aborted) {
        let everyMs = options.tickSeconds * SECOND_MS;
        try {
          const report = await tickOnce();
          if (report.role === 'standby') everyMs = options.standbySeconds * SECOND_MS;
          onTick?.(report);
        } catch (error) {
          // Memory may have missed what was read half; the next tick reads it anew.
          leadership = undefined;
          deps.onError(error);
        }
        const late = Math.max(0, clock.now() - next);
        next = addMs(next, (Math.floor(late / everyMs) + 1) * everyMs);
        await clock.until(next, signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
      }
      await stop();
    },
    get memory() {
      return leadership?.memory;
    },
    stop,
  };
}

function report(at: EpochMs, role: TickReport['role']): TickReport {
  return {
    at,
    role,
    events: 0,
    orders: 0,
    couriers: 0,
    silent: 0,
    assigned: 0,
    updated: 0,
    refused: 0,
    expected: 0,
    unassigned: 0,
    violations: 0,
  };
}
