import type { Plan } from '@halfhour/engines/dispatch';
import { halfBefore } from '@halfhour/engines/dispatch';
import type { CourierId, EpochMs, OrderId } from '@halfhour/kernel';
import type { Snapshot } from './snapshot.ts';

/** A courier that could take an order, and when it would stand at the store. */
export interface Candidate {
  readonly courierId: CourierId;
  readonly atStoreAt: EpochMs;
}

/**
 * Why a courier was chosen: it is the `soonest` at the store; it carries the order `together` with others of
 * the store; another would be there sooner but `waits_either_way` for the kitchen, or is `needed_elsewhere`.
 * `nobody`: no courier can come at a bearable cost now.
 */
export type DecisionReason = 'soonest' | 'together' | 'waits_either_way' | 'needed_elsewhere' | 'nobody';

/** The last time that the dispatcher changed its mind about an order. */
export interface Decision {
  readonly at: EpochMs;
  readonly chosen?: Candidate & { readonly pickupAt: EpochMs; readonly dropAt: EpochMs };
  readonly runnerUp?: Candidate;
  readonly reason: DecisionReason;
}

/** Decisions of the latest orders; the oldest go first. */
export class DecisionBook {
  private readonly limit: number;
  private readonly decisions = new Map<OrderId, Decision>();

  constructor(limit: number) {
    this.limit = limit;
  }

  of(orderId: OrderId): Decision | undefined {
    return this.decisions.get(orderId);
  }

  /** Notes for which orders a plan chose another courier than before. */
  note(snapshot: Snapshot, plan: Plan, at: EpochMs, pickupServiceSeconds: number): void {
    const { state } = snapshot;
    for (const bundle of plan.assignments) {
      const courierId = snapshot.courierOf.get(bundle.courierKey)!.id;
      bundle.orderKeys.forEach((key, index) => {
        const { id } = snapshot.orderOf.get(key)!;
        if (this.decisions.get(id)?.chosen?.courierId === courierId) return;
        const order = state.orders.find((each) => each.key === key)!;
        const atStore = bundle.pickupAtSeconds - halfBefore(pickupServiceSeconds);
        const runnerUp = soonest(snapshot, order.storeNode, bundle.courierKey);
        const isSoonest = runnerUp === undefined || atStore <= runnerUp.seconds;
        this.write(id, {
          at,
          chosen: {
            courierId,
            atStoreAt: snapshot.momentOf(atStore),
            pickupAt: snapshot.momentOf(bundle.pickupAtSeconds),
            dropAt: snapshot.momentOf(bundle.dropAtSeconds[index]!),
          },
          ...(runnerUp === undefined ? {} : { runnerUp: runnerUp.candidate }),
          reason: isSoonest
            ? 'soonest'
            : bundle.orderKeys.length > 1
              ? 'together'
              : atStore <= order.readyAtSeconds
                ? 'waits_either_way'
                : 'needed_elsewhere',
        });
      });
    }
    for (const key of plan.unassigned) {
      const { id } = snapshot.orderOf.get(key)!;
      if (this.decisions.get(id)?.reason !== 'nobody') this.write(id, { at, reason: 'nobody' });
    }
  }

  private write(id: OrderId, decision: Decision): void {
    this.decisions.delete(id);
    this.decisions.set(id, decision);
    if (this.decisions.size > this.limit) this.decisions.delete(this.decisions.keys().next().value!);
  }
}

/** Who but `except` could be at a store first. */
function soonest(
  { state, courierOf, momentOf }: Snapshot,
  storeNode: number,
  except: number,
): { candidate: Candidate; seconds: number } | undefined {
  let key: number | undefined;
  let best = Infinity;
  for (const courier of state.couriers) {
    if (courier.key === except) continue;
    const free = Math.max(state.nowSeconds, courier.freeAtSeconds, courier.onAtSeconds);
    const seconds = free + state.travel.seconds(courier.node, storeNode);
    if (seconds >= best) continue;
    best = seconds;
    key = courier.key;
  }
  if (key === undefined) return undefined;
  return { candidate: { courierId: courierOf.get(key)!.id, atStoreAt: momentOf(best) }, seconds: best };
}
