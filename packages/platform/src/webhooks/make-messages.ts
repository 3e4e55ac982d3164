import { type MarketId, type MerchantId, type OrderId, parseId } from '@halfhour/kernel';
import { type Position, type StoredEvent, comparePositions, readEvents, readHead } from '../events/index.ts';
import { selectOrders } from '../ordering/index.ts';
import type { Queryable, Tx } from '../postgres/index.ts';
import { selectStores } from '../stores/index.ts';
import type { WebhookDeps } from './create-webhooks.ts';
import type { EndpointRecord } from './endpoint.ts';
import { lockReader, moveReader, selectQueues, selectReader, setBehind } from './endpoint-store.ts';
import { type MessageDraft, bodyOf } from './message.ts';
import { insertMessages } from './message-store.ts';

/** Events read in one transaction. */
const BATCH = 500;
/**
 * Messages of an endpoint that wait before no more are made for it: the rest stays in the outbox, so a queue is this
 * long, and a batch, at most.
 */
export const MAX_WAITING = 10_000;

/**
 * Makes the next events of a market into a message for each endpoint that wants them, in the transaction that moves
 * the reader's place: none is missed and none is made twice, whoever crashes. An endpoint that is disabled or whose
 * queue is full is passed by; it keeps its own place and catches up later, at most a batch a call.
 *
 * @returns whether there may be more to do at once
 */
export async function makeMessages(deps: WebhookDeps, marketId: MarketId): Promise<boolean> {
  // A look without endpoints or without news is two reads and no write.
  const reader = await selectReader(deps.db, marketId);
  if (reader === undefined) return false;
  if (!reader.someBehind && reader.position === (await readHead(deps.db, marketId))) return false;
  return deps.db.transaction(async (tx) => {
    const place = await lockReader(tx, marketId);
    if (place === undefined) return false;
    const queues = await selectQueues(tx, marketId, MAX_WAITING);
    const open: EndpointRecord[] = [];
    const closed: EndpointRecord[] = [];
    for (const { endpoint, waiting } of queues) {
      (endpoint.enabled && waiting < MAX_WAITING ? open : closed).push(endpoint);
    }
    const late = open.find((endpoint) => endpoint.behind !== undefined);
    const isStillLate = late !== undefined && (await catchUp(tx, deps, marketId, late, late.behind!, place));

    const events = await readEvents(tx, marketId, place, BATCH);
    const last = events.at(-1);
    if (last === undefined) return late !== undefined;
    const leftBehind = closed.filter((endpoint) => endpoint.behind === undefined);
    await setBehind(
      tx,
      marketId,
      leftBehind.map(({ id }) => ({ id, behind: place })),
    );
    const inStep = open.filter((endpoint) => endpoint.behind === undefined);
    await queueEvents(tx, deps, marketId, events, inStep);
    // Whoever has just caught up is where the reader was, so this batch is theirs too.
    if (late !== undefined && !isStillLate) await queueEvents(tx, deps, marketId, events, [late]);
    await moveReader(tx, marketId, last.position);
    return late !== undefined || events.length === BATCH;
  });
}

/** Queues the next events between an endpoint's own place and the reader's. @returns whether there are more */
async function catchUp(
  tx: Tx,
  deps: WebhookDeps,
  marketId: MarketId,
  endpoint: EndpointRecord,
  from: Position,
  to: Position,
): Promise<boolean> {
  const read = await readEvents(tx, marketId, from, BATCH);
  const events = read.filter((event) => comparePositions(event.position, to) <= 0);
  await queueEvents(tx, deps, marketId, events, [endpoint]);
  const isDone = events.length < BATCH;
  await setBehind(tx, marketId, [{ id: endpoint.id, behind: isDone ? undefined : events.at(-1)!.position }]);
  return !isDone;
}

async function queueEvents(
  tx: Tx,
  { ids, wallClock }: WebhookDeps,
  marketId: MarketId,
  events: readonly StoredEvent[],
  endpoints: readonly EndpointRecord[],
): Promise<void> {
  const ofMarket = endpoints.filter((endpoint) => endpoint.merchantId === undefined);
  const ofMerchants = Map.groupBy(endpoints, (endpoint) => endpoint.merchantId);
  ofMerchants.delete(undefined);
  const merchants = ofMerchants.size === 0 ? undefined : await merchantsOf(tx, marketId, events);
  const drafts: MessageDraft[] = [];
  for (const event of events) {
    const merchantId = merchants?.get(event.subject);
    const theirs = (merchantId === undefined ? undefined : ofMerchants.get(merchantId)) ?? [];
    const wanted = [...ofMarket, ...theirs].filter((endpoint) => wants(endpoint, event));
    if (wanted.length === 0) continue;
    const body = bodyOf(event);
    for (const endpoint of wanted) {
      const { type, position } = event;
      drafts.push({ id: ids.next('msg'), endpointId: endpoint.id, type, position, body });
    }
  }
  await insertMessages(tx, marketId, wallClock.now(), drafts);
}

function wants({ eventTypes, since }: EndpointRecord, { type, position }: StoredEvent): boolean {
  return (eventTypes.length === 0 || eventTypes.includes(type)) && comparePositions(position, since) > 0;
}

/** Whose store each order among the subjects is of. Nothing else is shown to merchants. */
async function merchantsOf(
  db: Queryable,
  marketId: MarketId,
  events: readonly StoredEvent[],
): Promise<Map<string, MerchantId>> {
  const orderIds = new Set<OrderId>();
  for (const { subject } of events) {
    const orderId = parseId('ord', subject);
    if (orderId !== undefined) orderIds.add(orderId);
  }
  const orders = await selectOrders(db, marketId, [...orderIds]);
  const storeIds = new Set([...orders.values()].map((order) => order.storeId));
  const stores = await selectStores(db, marketId, [...storeIds]);
  const merchants = new Map<string, MerchantId>();
  for (const order of orders.values()) {
    const store = stores.get(order.storeId);
    if (store !== undefined) merchants.set(order.id, store.merchantId);
  }
  return merchants;
}
