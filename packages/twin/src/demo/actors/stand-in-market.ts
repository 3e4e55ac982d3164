import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Order,
  PROBLEMS,
  type ProblemCode,
  type Route,
  type RouteContract,
  ROUTES,
} from '@halfhour/contract';
import {
  type Clock,
  createIdSource,
  distanceMetres,
  epochMs,
  type Id,
  type LatLng,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import type { DemoMarket, DemoStore } from '../demo-market.ts';
import type { DemoCast } from './cast.ts';

/**
 * The far side of the wire for tests of the actors: answers the routes of the contract that they use, checks
 * every request against its schema, and gives each order to the nearest free courier. It stands in for the
 * network and keeps nothing; what the platform does is tested on the platform.
 */
export interface StandInMarket {
  readonly baseUrl: string;
  readonly cast: DemoCast;
  readonly orders: Map<string, Order>;
  /** Requests that did not fit the contract or that the state machine does not allow. */
  readonly faults: string[];
  readonly calls: Record<string, number>;
  readonly idleForMs: () => number;
  couriersOnShift(): number;
  cancel(orderId: string): void;
  close(): void;
}

interface Worker {
  readonly id: string;
  position: LatLng | undefined;
  isOn: boolean;
  route: Route | null;
  readonly listeners: Set<ServerResponse>;
}

/** All that any command sends; each has passed the schema of its route. */
interface SentBody extends LatLng {
  readonly storeId: string;
  readonly address: Order['address'];
  readonly tipMinor?: number;
  readonly payment: { readonly method: string };
  readonly position: LatLng;
  readonly code?: string;
}

type Handler = (request: {
  params: Record<string, string>;
  query: URLSearchParams;
  body: SentBody;
  token: string;
}) => unknown;

class Refusal extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}

export async function openStandInMarket(demo: DemoMarket, clock: Clock): Promise<StandInMarket> {
  const ids = createIdSource(() => epochMs(1_800_000_000_000), 1);
  const now = (): string => toRfc3339(clock.now());
  const stores = new Map<string, DemoStore>(demo.stores.map((store) => [ids.next('sto'), store]));
  const offers = new Map(
    [...stores].map(([storeId, store]) => [
      storeId,
      store.offers.map(({ key: _key, onHand, ...offer }) => ({
        ...offer,
        id: ids.next('off') as string,
        storeId,
        articleId: ids.next('art'),
        available: true,
        ...(onHand === undefined ? {} : { inStock: onHand }),
      })),
    ]),
  );
  const workers = new Map<string, Worker>(
    demo.couriers.map(() => {
      const id = ids.next('cou');
      return [id, { id, position: undefined, isOn: false, route: null, listeners: new Set() }];
    }),
  );
  const courierIds = [...workers.keys()];
  const users = new Map(demo.shoppers.map((shopper) => [shopper.key, ids.next('usr')]));
  const orders = new Map<string, Order>();
  const marketListeners = new Set<ServerResponse>();
  const faults: string[] = [];
  const calls: Record<string, number> = {};
  let eventNumber = 0;
  let lastBusy = systemTicker.elapsedMs();

  const send = (listeners: Set<ServerResponse>, data: unknown): void => {
    eventNumber += 1;
    for (const listener of listeners) listener.write(`id: ${eventNumber}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const tell = (order: Order): void =>
    send(marketListeners, {
      type: 'order',
      event: order.state,
      at: now(),
      order: { ...order, lineCount: 1 },
    });
  const change = (orderId: string, from: readonly string[], facts: Partial<Order>): Order => {
    const order = orders.get(orderId);
    if (order === undefined) throw new Refusal('not_found');
    if (!from.includes(order.state)) throw new Refusal('wrong_state');
    const changed = { ...order, ...facts } as Order;
    orders.set(orderId, changed);
    tell(changed);
    return changed;
  };
  const dispatch = (): void => {
    for (const order of orders.values()) {
      if (!['accepted', 'ready'].includes(order.state) || order.courierId !== undefined) continue;
      const store = stores.get(order.storeId)!;
      const free = [...workers.values()]
        .filter((worker) => worker.isOn && worker.route === null && worker.position !== undefined)
        .sort(
          (a, b) => distanceMetres(a.position!, store.address) - distanceMetres(b.position!, store.address),
        )[0];
      if (free === undefined) return;
      const stop = { orderIds: [order.id], expectedAt: now() };
      const stops = [
        { ...stop, number: 0, kind: 'pickup' as const, storeId: order.storeId, place: store.address },
        { ...stop, number: 1, kind: 'dropoff' as const, place: order.address },
      ];
      const courierId = free.id as Id<'cou'>;
      free.route = {
        id: ids.next('rte'),
        courierId,
        state: 'assigned',
        assignedAt: now(),
        stops,
        payMinor: 0,
      };
      orders.set(order.id, { ...order, courierId });
      send(free.listeners, { type: 'route', event: 'assigned', at: now(), route: free.route });
    }
  };
  const workerOf = (routeId: string): Worker => {
    const found = [...workers.values()].find((worker) => worker.route?.id === routeId);
    if (found === undefined) throw new Refusal('wrong_state');
    return found;
  };
  const courierView = (worker: Worker): unknown => ({
    id: worker.id,
    name: '',
    vehicle: 'car',
    status: worker.isOn ? 'idle' : 'off_shift',
    ...(worker.position === undefined ? {} : { position: worker.position }),
    load: 0,
  });
  const priced = (body: SentBody): Order =>
    ({ storeId: body.storeId, totalMinor: 100, lines: [], tipMinor: body.tipMinor ?? 0 }) as unknown as Order;
  const setStop = (worker: Worker, number: number, facts: object): Route => {
    const stops = worker.route!.stops.map((stop) => (stop.number === number ? { ...stop, ...facts } : stop));
    worker.route = { ...worker.route!, state: 'started', stops };
    return worker.route;
  };

  const handlers: Partial<Record<keyof typeof ROUTES, Handler>> = {
    listStores: () => ({
      items: [...stores].map(([id, { key: _key, offers: _offers, ...store }]) => ({
        ...store,
        id,
        status: 'open',
        openNow: true,
      })),
    }),
    listOffers: ({ params }) => ({ items: offers.get(params['storeId']!) }),
    createQuote: ({ body }) => priced(body),
    placeOrder: ({ body, token }) => {
      if (body.payment.method === 'test_decline') throw new Refusal('payment_declined');
      const order = {
        ...priced(body),
        id: ids.next('ord'),
        shopperId: users.get(token)!,
        state: 'placed' as const,
      };
      const whole = { ...order, address: body.address, placedAt: now(), deliveryCode: '1234' } as Order;
      orders.set(whole.id, whole);
      tell(whole);
      return whole;
    },
    listOrders: ({ query }) => ({
      items: [...orders.values()].filter((order) => order.state === query.get('state')),
    }),
    getOrder: ({ params, token }) => {
      const order = orders.get(params['orderId']!);
      if (order === undefined) throw new Refusal('not_found');
      const { deliveryCode, ...rest } = order;
      return token.startsWith('courier') ? rest : { ...rest, deliveryCode };
    },
    acceptOrder: ({ params }) => {
      const order = change(params['orderId']!, ['placed'], { state: 'accepted', acceptedAt: now() });
      dispatch();
      return order;
    },
    cancelOrder: ({ params }) =>
      change(params['orderId']!, ['placed', 'accepted', 'ready'], { state: 'cancelled' }),
    markOrderReady: ({ params }) => {
      const order = change(params['orderId']!, ['accepted'], { state: 'ready', readyAt: now() });
      const worker = order.courierId && workers.get(order.courierId);
      if (worker) send(worker.listeners, { type: 'order_ready', orderId: order.id, at: now() });
      return order;
    },
    getCourier: ({ params }) => courierView(workers.get(params['courierId']!)!),
    startShift: ({ params, body }) => {
      const worker = workers.get(params['courierId']!)!;
      Object.assign(worker, { isOn: true, position: body.position });
      dispatch();
      return courierView(worker);
    },
    endShift: ({ params }) => {
      const worker = workers.get(params['courierId']!)!;
      worker.isOn = false;
      return courierView(worker);
    },
    reportPosition: ({ params, body }) => {
      const worker = workers.get(params['courierId']!)!;
      if (!worker.isOn && worker.route === null) throw new Refusal('courier_off_shift');
      worker.position = body;
    },
    getCourierRoute: ({ params }) => ({ route: workers.get(params['courierId']!)!.route }),
    arriveAtStop: ({ params }) =>
      setStop(workerOf(params['routeId']!), Number(params['stopNumber']), { arrivedAt: now() }),
    completeStop: ({ params, body }) => {
      const worker = workerOf(params['routeId']!);
      const number = Number(params['stopNumber']);
      const stop = worker.route!.stops[number]!;
      const orderId = stop.orderIds[0]!;
      if (stop.kind === 'pickup') {
        if (orders.get(orderId)!.state === 'accepted') throw new Refusal('not_ready');
        change(orderId, ['ready'], { state: 'picked_up', pickedUpAt: now() });
      } else {
        if (body.code !== '1234') throw new Refusal('wrong_code');
        change(orderId, ['picked_up'], { state: 'delivered', deliveredAt: now() });
      }
      const route = setStop(worker, number, { completedAt: now() });
      if (number < 1) return route;
      worker.route = null;
      send(worker.listeners, { type: 'route', event: 'done', at: now(), route: null });
      dispatch();
      return { ...route, state: 'done' };
    },
    setStock: ({ body }) => body,
  };
  const patterns = (Object.entries(ROUTES) as [keyof typeof ROUTES, RouteContract][]).map(
    ([name, route]) => ({
      name,
      route,
      pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }),
  );
  const answer = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const url = new URL(request.url!, 'http://stand-in');
    const found = patterns.find(
      ({ route, pattern }) => route.method === request.method && pattern.test(url.pathname),
    );
    const params = { ...found?.pattern.exec(url.pathname)?.groups };
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (found === undefined) return void response.writeHead(404).end();
    calls[found.name] = (calls[found.name] ?? 0) + 1;
    if (found.route.stream === true) {
      const listeners =
        found.name === 'streamMarket' ? marketListeners : workers.get(params['courierId']!)!.listeners;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      listeners.add(response);
      return void response.on('close', () => listeners.delete(response));
    }
    try {
      const body = text === '' ? undefined : (JSON.parse(text) as SentBody);
      found.route.params?.parse(params);
      found.route.query?.parse(Object.fromEntries(url.searchParams));
      found.route.body?.parse(body);
      const key = request.headers['idempotency-key'];
      if (found.route.idempotencyKey === 'required' && !/^.{8,64}$/.test(String(key ?? '')))
        throw new Error(`key ${key}`);
      const result = handlers[found.name]!({
        params,
        query: url.searchParams,
        body: body as SentBody,
        token,
      });
      response.writeHead(found.route.response.status, { 'content-type': 'application/json' });
      response.end(result === undefined ? undefined : JSON.stringify(result));
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'invalid_request';
      if (!(error instanceof Refusal)) faults.push(`${found.name}: ${String(error)}`);
      const [status, title, hint] = PROBLEMS[code];
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ type: 'about:blank', status, code, title, hint }));
    }
  };
  const server = createServer((request, response) => {
    lastBusy = systemTicker.elapsedMs();
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => answer(request, response, text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cast: {
      marketId: ids.next('mkt'),
      stores: new Map([...stores].map(([id, store]) => [store.key, id as Id<'sto'>])),
      couriers: new Map(demo.couriers.map((courier, index) => [courier.key, courierIds[index] as Id<'cou'>])),
      shoppers: users,
      tokenOf: async (actor) => ('key' in actor ? actor.key : actor.role),
    },
    orders,
    faults,
    calls,
    idleForMs: () => systemTicker.elapsedMs() - lastBusy,
    couriersOnShift: () => [...workers.values()].filter((worker) => worker.isOn).length,
    cancel(orderId) {
      const order = change(orderId, ['placed', 'accepted', 'ready'], { state: 'cancelled' });
      const worker = order.courierId && workers.get(order.courierId);
      if (!worker) return;
      worker.route = null;
      send(worker.listeners, { type: 'route', event: 'cancelled', at: now(), route: null });
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
