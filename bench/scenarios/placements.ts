import { createHash } from 'node:crypto';
import type { Scenario, ScenarioContext } from '../lib/load-scenario.ts';

export interface PlacementParameters {
  /** `/v1/markets/mkt_…` */
  readonly path: string;
  /** Begins every idempotency key; another for each run. */
  readonly run: string;
  readonly shoppers: readonly string[];
  readonly stores: readonly { readonly storeId: string; readonly offerIds: readonly string[] }[];
  readonly address: { readonly label: string; readonly lat: number; readonly lng: number };
  /** Of two lines of one piece each. */
  readonly expectedTotalMinor: number;
  /** Tell the orders that were acknowledged. */
  readonly tellPlaced?: boolean;
}

/** What the scenario tells where it is asked to: idempotency keys and the orders they were answered with. */
export interface Placed {
  readonly placed: readonly (readonly [key: string, orderId: string])[];
}

/** A session is one order of two lines, each by another shopper at another store. */
export function createScenario(parameters: PlacementParameters, context: ScenarioContext): Scenario {
  const placement = createPlacements(parameters);
  const sent = new Map<number, string>();
  const done = new Set<number>();
  const placed: [string, string][] = [];
  const tellPlaced = (): void => {
    if (placed.length > 0) context.tell({ placed: placed.splice(0) } satisfies Placed);
  };
  return {
    begin: (session) => void done.delete(session),
    next(session) {
      if (done.has(session)) return 'end';
      const request = placement();
      if (parameters.tellPlaced === true) sent.set(session, request.idempotencyKey);
      return request;
    },
    answered(session, answer) {
      done.add(session);
      if (parameters.tellPlaced !== true || answer.status !== 201) return;
      placed.push([sent.get(session)!, /"id":"(ord_\w+)"/.exec(answer.body())![1]!]);
      if (placed.length >= 500) tellPlaced();
    },
    finish: tellPlaced,
  };
}

/** Requests that place orders, the same sequence for the same run name. */
export function createPlacements({
  path,
  run,
  shoppers,
  stores,
  address,
  expectedTotalMinor,
}: PlacementParameters) {
  let state = createHash('sha256').update(run).digest().readUInt32LE();
  // xorshift: which store and offers, so that neighbours in time are no neighbours in the tables.
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const end = `],"address":${JSON.stringify(address)},"tipMinor":0,"expectedTotalMinor":${expectedTotalMinor},"payment":{"method":"test_approve"}}`;
  let count = 0;
  return () => {
    const store = stores[below(stores.length)]!;
    const offers = store.offerIds.length;
    const first = below(offers);
    const second = (first + 1 + below(offers - 1)) % offers;
    count += 1;
    return {
      kind: 'place',
      method: 'POST' as const,
      path: `${path}/orders`,
      token: shoppers[below(shoppers.length)]!,
      idempotencyKey: `${run}-${count.toString(36).padStart(8, '0')}`,
      body: `{"storeId":"${store.storeId}","lines":[{"offerId":"${store.offerIds[first]!}","quantity":1},{"offerId":"${store.offerIds[second]!}","quantity":1}${end}`,
      storeId: store.storeId,
    };
  };
}
