import { type Clock, type OrderId, addMs, MINUTE_MS } from '@halfhour/kernel';
import type { Delivery } from '@halfhour/platform/delivery';
import type { Accepted, Assigned } from '../scenarios/life-cycles.ts';
import type { BenchMarket } from './bench-market.ts';

const MAX_GROUP = 256;

/**
 * Gives accepted orders to the couriers that the load generator names, in groups as the dispatcher does, and tells it
 * the routes. The dispatcher itself is left out: it ticks by the clock and has a benchmark of its own.
 */
export function createAssigner(deps: {
  readonly clock: Clock;
  readonly market: BenchMarket;
  /** Of the process that is measured, as its dispatcher has it. */
  readonly delivery: Pick<Delivery, 'assign'>;
}): (message: unknown, answer: (message: Assigned[]) => void) => void {
  const { clock, market, delivery } = deps;
  const { marketId } = market;
  const placeOf = new Map(market.stores.map(({ storeId, place }) => [storeId as string, place]));
  let waiting: Accepted[] = [];
  let running = false;

  async function assign(group: readonly Accepted[]): Promise<Assigned[]> {
    const now = clock.now();
    const assigned = await delivery.assign(
      marketId,
      group.map(({ orderId, storeId, courier }) => ({
        courierId: market.courierIds[courier]!,
        storeId: storeId as never,
        pickupPlace: placeOf.get(storeId)!,
        expectedPickupAt: addMs(now, 5 * MINUTE_MS),
        drops: [
          { orderId: orderId as OrderId, place: market.address, expectedAt: addMs(now, 15 * MINUTE_MS) },
        ],
        payMinor: 400,
      })),
    );
    if (!assigned.ok) throw new Error(assigned.error.code);
    return assigned.value.flatMap((route, index) => {
      if (route.ok) return { session: group[index]!.session, routeId: route.value.id };
      console.error(`not assigned: ${JSON.stringify(route.error)}`);
      return [];
    });
  }

  async function work(answer: (message: Assigned[]) => void): Promise<void> {
    running = true;
    try {
      while (waiting.length > 0) answer(await assign(waiting.splice(0, MAX_GROUP)));
    } finally {
      running = false;
    }
  }

  return (message, answer) => {
    waiting = [...waiting, ...(message as Accepted[])];
    if (!running) void work(answer);
  };
}
