import {
  type DispatchPolicy,
  type Objective,
  type Plan,
  createCourierComparison,
  halfAfter,
  halfBefore,
  mayTake,
} from '@halfhour/engines/dispatch';
import type { CourierId, EpochMs, OrderId } from '@halfhour/kernel';
import type { Snapshot } from './snapshot.ts';

/** A courier who could take an order: when it would stand at the store, and at the door. */
export interface Candidate {
  readonly courierId: CourierId;
  readonly atStoreAt: EpochMs;
  readonly atDoorAt: EpochMs;
}

/** Another courier, and what the plan would cost more with it. */
export interface Alternative extends Candidate {
  /**
   * Weighed seconds, term by term: the order taken from the chosen one's route and put where it costs least in this
   * one's, with what that does to the others on both. Absent where there is no place for it in the route.
   */
  readonly extraCost?: Objective;
}

/**
 * Why a courier was chosen: it is the `soonest` at the door; it carries the order `together` with others of the store;
 * another would be at the store sooner but `waits_either_way` for the kitchen, or is `needed_elsewhere`.
 * `nobody`: no courier can come at a bearable cost now.
 */
export type DecisionReason = 'soonest' | 'together' | 'waits_either_way' | 'needed_elsewhere' | 'nobody';

/** The last time that the dispatcher changed its mind about an order. */
export interface Decision {
  readonly at: EpochMs;
  readonly reason: DecisionReason;
  readonly chosen?: Candidate;
  /** Others, as if they took this order alone after the work that is settled; the soonest at the door first. */
  readonly alternatives: readonly Alternative[];
}

/** So many others are kept with a decision. */
const MAX_ALTERNATIVES = 3;
/** So many decisions a round are explained; those beyond are in the next, so that a take-over of a city is no standstill. */
const MAX_EXPLAINED = 100;

/** Notices for which open orders a plan chose another courier than the plan before. */
export class DecisionBook {
  private readonly chosen = new Map<OrderId, CourierId | undefined>();

  /** @returns the new decisions */
  note(snapshot: Snapshot, plan: Plan, at: EpochMs, policy: DispatchPolicy): Map<OrderId, Decision> {
    const { orderOf, courierOf, momentOf } = snapshot;
    const open = new Map(snapshot.state.orders.map((order) => [order.key, order]));
    const isOpen = new Set([...open.keys()].map((key) => orderOf.get(key)!.id));
    for (const id of this.chosen.keys()) if (!isOpen.has(id)) this.chosen.delete(id);
    const decisions = new Map<OrderId, Decision>();
    // With these the engine cannot plan, so nobody may ask for their ways either.
    const leftOut = new Set(plan.leftOut.map(({ courierKey }) => courierKey));
    const leftOutOrders = new Set(plan.leftOut.map(({ orderKey }) => orderKey));
    const reach = {
      atStore: halfBefore(policy.pickupServiceSeconds),
      atDoor: halfAfter(policy.pickupServiceSeconds) + halfBefore(policy.dropServiceSeconds),
    };
    const compare = createCourierComparison(snapshot.state, plan, policy);
    for (const bundle of plan.assignments) {
      const courierId = courierOf.get(bundle.courierKey)!.id;
      bundle.orderKeys.forEach((key, index) => {
        const { id } = orderOf.get(key)!;
        if (this.chosen.get(id) === courierId || decisions.size >= MAX_EXPLAINED) return;
        this.chosen.set(id, courierId);
        const order = open.get(key)!;
        const atStore = bundle.pickupAtSeconds - reach.atStore;
        const atDoor = bundle.dropAtSeconds[index]!;
        const others = candidates(snapshot, order, new Set([...leftOut, bundle.courierKey]), reach);
        const isSoonest = others.every((other) => atDoor <= other.atDoor);
        const isFirstThere = others.every((other) => atStore <= other.atStore);
        decisions.set(id, {
          at,
          reason:
            bundle.orderKeys.length > 1 && !isSoonest
              ? 'together'
              : isSoonest
                ? isFirstThere
                  ? 'soonest'
                  : 'waits_either_way'
                : 'needed_elsewhere',
          chosen: { courierId, atStoreAt: momentOf(atStore), atDoorAt: momentOf(atDoor) },
          alternatives: others.map((other) => told(key, other)),
        });
      });
    }
    for (const key of plan.unassigned) {
      const { id } = orderOf.get(key)!;
      if (this.chosen.has(id) && this.chosen.get(id) === undefined) continue;
      if (decisions.size >= MAX_EXPLAINED) break;
      this.chosen.set(id, undefined);
      const others = leftOutOrders.has(key) ? [] : candidates(snapshot, open.get(key)!, leftOut, reach);
      const alternatives = others.map((other) => told(key, other));
      decisions.set(id, { at, reason: 'nobody', alternatives });
    }
    return decisions;

    function told(orderKey: number, { courierKey, atStore, atDoor }: Reach): Alternative {
      const { id } = courierOf.get(courierKey)!;
      const extraCost = compare(orderKey, courierKey);
      return {
        courierId: id,
        atStoreAt: momentOf(atStore),
        atDoorAt: momentOf(atDoor),
        ...(extraCost === undefined ? {} : { extraCost }),
      };
    }
  }
}

interface Reach {
  readonly courierKey: number;
  readonly atStore: number;
  readonly atDoor: number;
}

/** Who but `except` could be at the door first, taking this order alone. */
function candidates(
  { state }: Snapshot,
  order: Snapshot['state']['orders'][number],
  except: ReadonlySet<number | undefined>,
  reach: { readonly atStore: number; readonly atDoor: number },
): Reach[] {
  const best: Reach[] = [];
  const way = state.travel.seconds(order.storeNode, order.dropNode);
  for (const courier of state.couriers) {
    if (except.has(courier.key) || !mayTake(courier, order)) continue;
    const free = Math.max(state.nowSeconds, courier.freeAtSeconds, courier.onAtSeconds);
    const atStore = free + state.travel.seconds(courier.node, order.storeNode);
    if (atStore > courier.offAtSeconds) continue;
    const atDoor = Math.max(atStore + reach.atStore, order.readyAtSeconds) + reach.atDoor + way;
    const rank = best.findIndex(
      (each) => atDoor < each.atDoor || (atDoor === each.atDoor && atStore < each.atStore),
    );
    if (rank < 0 && best.length >= MAX_ALTERNATIVES) continue;
    best.splice(rank < 0 ? best.length : rank, 0, { courierKey: courier.key, atStore, atDoor });
    best.length = Math.min(best.length, MAX_ALTERNATIVES);
  }
  return best;
}
