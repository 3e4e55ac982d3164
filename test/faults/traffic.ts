import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Order, Route, SupportPolicy } from '@halfhour/contract';
import type { OrderId, Random } from '@halfhour/kernel';
import { type CityMarket, DOOR, type Person } from '../acceptance/city-market.ts';
import { send } from '../acceptance/platform.ts';
import { type Answer, type CommandKind, Journal } from './journal.ts';

export interface TrafficOptions {
  readonly url: string;
  readonly market: CityMarket;
  readonly journal: Journal;
  readonly random: Random;
  /** Makes keys of this run differ from those of others. */
  readonly name: string;
  /** The digits for the door, by order. */
  readonly codes: Map<OrderId, string>;
  /** What shoppers pay with; one is picked for each order. */
  readonly methods?: readonly string[];
  /**
   * With it everyone asks again under the same key until there is an answer, and goes on until it aborts; without it
   * they stop at the first command that has none.
   */
  readonly until?: AbortSignal;
  /** What `askTotals` says. */
  readonly totals: ReadonlyMap<number, number>;
  /** False where nobody orders, cancels or refunds any more and what there is is brought to its end. */
  readonly isOpen?: boolean;
}

const KITCHENS = 6;
const PAYING = [...Array<string>(19).fill('test_approve'), 'test_late'];
/** Between two looks of somebody who had nothing to do. */
const IDLE_MS = 100;
const MAX_QUANTITY = 3;
/** `idle`: there was nothing to do. */
type Step = Answer | 'idle' | undefined;

/**
 * Everyone acts as fast as the server answers, until it answers no more or until they are told: shoppers place and cancel, stores
 * accept, pack and cancel, couriers ride, the operator refunds. Resolves when all have stopped.
 */
export async function makeTraffic(options: TrafficOptions): Promise<void> {
  const { url, market, journal, random, codes, until, isOpen = true, methods } = options;
  const orders = `${market.path}/orders`;
  const placed: OrderId[] = [];
  const delivered: OrderId[] = [];
  const { totals } = options;
  let keys = 0;

  const command = (
    kind: CommandKind,
    person: Person,
    path: string,
    body: unknown,
  ): Promise<Answer | undefined> => {
    const key = `${options.name}-${keys++}`;
    const request = { method: 'POST', path, token: person.token, key, body };
    return until === undefined ? journal.send(url, kind, request) : journal.insist(url, kind, request);
  };

  /** Undefined where there is no answer. */
  async function ask<Body>(person: Person, path: string): Promise<Body | undefined> {
    const request = { method: 'GET', path, token: person.token };
    const answer = await send<Body>(url, request).catch(() => undefined);
    return answer?.status === 200 ? answer.body : undefined;
  }

  async function shop(shopper: Person): Promise<Step> {
    const quantity = 2 + random.below(MAX_QUANTITY - 1);
    const answer = await command('place', shopper, orders, {
      ...basketOf(market, quantity),
      expectedTotalMinor: totals.get(quantity)!,
      payment: { method: random.pick(methods ?? PAYING) },
    });
    if (answer?.status !== 201) return answer;
    const { id, deliveryCode } = answer.body as { id: OrderId; deliveryCode: string };
    codes.set(id, deliveryCode);
    placed.push(id);
    return random.next() < 0.2 ? command('cancel', shopper, `${orders}/${id}/cancel`, {}) : answer;
  }

  async function prepare(): Promise<Step> {
    const merchant = market.merchants[0];
    if (until !== undefined) return goOn(merchant);
    const id = placed.shift();
    if (id === undefined) return 'idle';
    const accepted = await command('accept', merchant, `${orders}/${id}/accept`, {});
    if (accepted?.status !== 200) return accepted;
    return random.next() < 0.1
      ? command('cancel', merchant, `${orders}/${id}/cancel`, {})
      : command('ready', merchant, `${orders}/${id}/ready`, {});
  }

  /** Brings some order on by a step, whoever left it there. */
  async function goOn(merchant: Person): Promise<Step> {
    const [state, kind] = random.pick([
      ['placed', 'accept'],
      ['accepted', 'ready'],
    ] as const);
    const found = await ask<{ items: Order[] }>(merchant, `${orders}?state=${state}&limit=20`);
    if (found === undefined || found.items.length === 0) return 'idle';
    const { id } = random.pick(found.items);
    return isOpen && random.next() < 0.05
      ? command('cancel', merchant, `${orders}/${id}/cancel`, {})
      : command(kind, merchant, `${orders}/${id}/${kind}`, {});
  }

  async function ride(index: number): Promise<Step> {
    const courier = market.couriers[index]!;
    const path = `${market.path}/couriers/${market.courierIds[index]!}/route`;
    const asked = await ask<{ route: Route | null }>(courier, path);
    if (asked === undefined) return until === undefined ? undefined : 'idle';
    const { route } = asked;
    const stop = route?.stops.find((each) => each.completedAt === undefined);
    if (route === null || stop === undefined) return 'idle';
    const at = `${market.path}/routes/${route.id}/stops/${stop.number}`;
    if (stop.arrivedAt === undefined) return command('arrive', courier, `${at}/arrive`, {});
    const [orderId] = stop.orderIds;
    const code = stop.kind === 'pickup' ? undefined : codes.get(orderId!);
    // Of an order whose placement had no answer yet nobody knows the digits.
    if (stop.kind === 'dropoff' && code === undefined) return 'idle';
    const done = await command('complete', courier, `${at}/complete`, code === undefined ? {} : { code });
    if (done?.status === 200 && stop.kind === 'dropoff') delivered.push(orderId!);
    return done;
  }

  async function refund(): Promise<Step> {
    if (delivered.length === 0) return 'idle';
    const body = { amountMinor: 1 + random.below(200), reason: 'cold' };
    return command('refund', market.operator, `${orders}/${random.pick(delivered)}/refund`, body);
  }

  async function act(step: () => Promise<Step>): Promise<void> {
    for (;;) {
      const went = await step();
      if (until === undefined) {
        if (went === undefined || (went === 'idle' && !(await isThere(url)))) return;
      } else {
        if (until.aborted) return;
        if (went === 'idle') await delay(IDLE_MS);
      }
    }
  }

  await Promise.all([
    ...(isOpen ? market.shoppers.map((shopper) => act(() => shop(shopper))) : []),
    ...Array.from({ length: KITCHENS }, () => act(prepare)),
    ...market.couriers.map((_, index) => act(() => ride(index))),
    ...(isOpen ? [act(refund)] : []),
  ]);
}

/** Lets the operator refund the same few shoppers as often as they like, for which there would be a second person otherwise. */
export async function allowRefunds(url: string, { path, operator }: CityMarket): Promise<void> {
  const request = { path: `${path}/support/policy`, token: operator.token };
  const { body } = await send<SupportPolicy>(url, { ...request, method: 'GET' });
  const { refundedShare, compensations30Days } = body.signals;
  const signals = {
    ...body.signals,
    refundedShare: { ...refundedShare, needsSecond: false },
    compensations30Days: { ...compensations30Days, needsSecond: false },
  };
  const answer = await send(url, { ...request, method: 'PUT', body: { ...body, signals, why: 'a trial' } });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

/** What the baskets cost, by quantity. Asked before the traffic begins, as it needs a server that answers. */
export async function askTotals(url: string, market: CityMarket): Promise<Map<number, number>> {
  const totals = new Map<number, number>();
  const path = `${market.path}/quotes`;
  for (let quantity = 2; quantity <= MAX_QUANTITY; quantity++) {
    const request = { method: 'POST', path, body: basketOf(market, quantity) };
    const { status, body } = await new Journal().settle(url, { kind: 'place', request });
    assert.equal(status, 200, JSON.stringify(body));
    totals.set(quantity, body['totalMinor'] as number);
  }
  return totals;
}

function basketOf(market: CityMarket, quantity: number) {
  return {
    storeId: market.shopId,
    lines: [{ offerId: market.rice.offerId, quantity }],
    address: DOOR,
    tipMinor: 50,
  };
}

function isThere(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}
