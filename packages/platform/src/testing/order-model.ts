import { LATE_MS } from '../payments/index.ts';

/**
 * What ordering should do, as plainly as it can be said: no database, no groups, one thing after the other. It is
 * written from the rules and not from the code, so that a mistake must be made twice to stay hidden.
 */
export interface Model {
  /** Milliseconds since the run began. */
  now: number;
  /** Whether each store takes orders. */
  open: boolean[];
  /** By `stockName`; articles that are not here are not counted. */
  stock: Record<string, { onHand: number; reserved: number }>;
  /** By the key of the command that placed it. */
  orders: Record<string, ModelOrder>;
  /** Bodies of placements that were done, by key. */
  keys: Record<string, string>;
  /** Changes that were done, by order and key: a retry is answered the same, whatever became of the order since. */
  changes: Record<string, { readonly body: string; readonly answer: Answer }>;
}

export interface ModelOrder {
  state: string;
  cancelReason?: string;
  readonly store: number;
  lines: readonly Line[];
  readonly method: Method;
  totalMinor: number;
  /** What it cost when it was paid for; absent until then. */
  placedTotalMinor?: number;
  readonly placedAt: number;
  refundedMinor: number;
  refunds: number;
  /** Cancelled when its courier had it already: the merchant is paid for it. */
  isLost?: true;
  courier?: number;
  /** How often the provider was asked to authorise. */
  asked: number;
  /** From when on the provider has told by itself that it approves. */
  tellsAt?: number;
  events: string[];
}

export type Article = 'dish' | 'can' | 'bread';
export interface Line {
  readonly article: Article;
  readonly quantity: number;
}

/** How the provider behaves; `test_lost` approves, but its first answer is lost on the way. */
export type Method =
  'test_approve' | 'test_decline' | 'test_late' | 'test_twice' | 'test_timeout' | 'test_lost';

export type Party = 'shopper' | 'merchant' | 'courier' | 'operator';

/** Another quantity of a line, by its place and what was seen there, and perhaps something that is added. */
export interface LineChange {
  readonly line: number;
  readonly article: Article;
  readonly quantity: number;
  readonly add?: Line | undefined;
  /** The total that the shopper saw. */
  readonly expectedTotalMinor?: number | undefined;
}

export type Change =
  | { readonly kind: 'accept' | 'ready' | 'unassign' | 'cancel' | 'change_address'; readonly by: Party }
  | ({ readonly kind: 'change_lines'; readonly by: Party } & LineChange)
  | { readonly kind: 'assign' | 'pick_up' | 'deliver'; readonly by: Party; readonly courier: number }
  | { readonly kind: 'refund'; readonly by: Party; readonly amountMinor: number };

/** One thing that somebody does. `key` with another `body` stands for a client that uses a key twice. */
export type Action =
  | {
      readonly kind: 'place';
      readonly key: string;
      readonly body: string;
      readonly store: number;
      readonly lines: readonly Line[];
      readonly method: Method;
      /** The shopper saw another total. */
      readonly isTotalWrong: boolean;
    }
  | {
      readonly kind: 'change';
      readonly key: string;
      readonly body: string;
      readonly order: string;
      readonly change: Change;
    }
  | { readonly kind: 'read'; readonly order: string }
  | { readonly kind: 'quote'; readonly store: number; readonly lines: readonly Line[] }
  | { readonly kind: 'notify'; readonly order: string }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'open'; readonly store: number; readonly isOpen: boolean }
  | {
      readonly kind: 'count';
      readonly store: number;
      readonly article: 'can' | 'bread';
      readonly onHand: number;
    };

/** What somebody was answered, as text: `ok …`, or the code of a refusal and what goes with it. */
export type Answer = string;

/** The next thing that happens at once to a model, which it changes; then comes another, or the answer. */
interface Step {
  /** Tells steps of one action apart. */
  readonly name: string;
  readonly run: (model: Model) => Step | Answer;
}

export const STORES = 2;
export const COURIERS = 2;
export const PRICES: Readonly<Record<Article, number>> = { dish: 1_000, can: 500, bread: 300 };
export const TIP_MINOR = 50;
const DELIVERY_FEE_MINOR = 300;
const MINIMUM_MINOR = 500;
export const PAYMENT_EXPIRY_MS = 600_000;
/** When the sweep asks about a payment that nobody has answered. */
const ASK_AGAIN_MS = 15_000;

export function stockName(store: number, article: Article): string {
  return `${store} ${article}`;
}

export function createModel(stock: Model['stock']): Model {
  return {
    now: 0,
    open: Array.from({ length: STORES }, () => true),
    stock,
    orders: {},
    keys: {},
    changes: {},
  };
}

function itemsOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + PRICES[line.article] * line.quantity, 0);
}

/** What the shopper pays for a basket. */
export function totalOf(lines: readonly Line[]): number {
  return itemsOf(lines) + DELIVERY_FEE_MINOR + itemsOf(lines) / 25 + TIP_MINOR;
}

/** How the model sees an action: each step happens at once, and those of other actions may come between. */
function begin(action: Action): Step {
  switch (action.kind) {
    case 'place':
      return beginPlacement(action);
    case 'change':
      return once((model) => changeByKey(model, action));
    case 'read':
      return once((model) => tell(model, action.order, 'as it is'));
    case 'quote':
      return once(
        (model) => refuseBasket(model, action.store, action.lines) ?? `ok ${totalOf(action.lines)}`,
      );
    case 'notify':
      return beginNotification(action.order);
    case 'sweep':
      return { name: 'look', run: beginSweep };
    case 'open':
      return once((model) => {
        model.open[action.store] = action.isOpen;
        return 'ok';
      });
    case 'count':
      return once((model) => {
        const stock = model.stock[stockName(action.store, action.article)]!;
        if (stock.reserved > action.onHand) return 'refused';
        stock.onHand = action.onHand;
        return 'ok';
      });
  }
}

function once(run: (model: Model) => Answer): Step {
  return { name: 'act', run };
}

function beginPlacement(action: Action & { kind: 'place' }): Step {
  const { key, body, store, lines, method } = action;
  const read: Step = { name: 'read', run: (model) => tell(model, key) };
  const write = (model: Model): Step | Answer => {
    const known = model.keys[key];
    if (known !== undefined && known !== body) return 'idempotency_key_reused';
    if (known === undefined) {
      const refusal = refuseBasket(model, store, lines, action.isTotalWrong);
      if (refusal !== undefined) return refusal;
      for (const line of lines) {
        const stock = model.stock[stockName(store, line.article)];
        if (stock !== undefined) stock.reserved += line.quantity;
      }
      model.keys[key] = body;
      model.orders[key] = {
        state: 'pending_payment',
        store,
        lines,
        method,
        totalMinor: totalOf(lines),
        placedAt: model.now,
        refundedMinor: 0,
        refunds: 0,
        asked: 0,
        events: ['OrderReceived'],
      };
    }
    return model.orders[key]!.state === 'pending_payment' ? ask : tell(model, key);
  };
  const ask: Step = {
    name: 'ask',
    run: (model) => {
      const answer = askProvider(model, key);
      if (answer === undefined) return read;
      return {
        name: answer,
        run: (settling) => (settle(settling, key, answer) ? tell(settling, key) : read),
      };
    },
  };
  return { name: 'write', run: write };
}

/** Why a basket is refused. What comes first is told first. */
function refuseBasket(
  model: Model,
  store: number,
  lines: readonly Line[],
  isTotalWrong = false,
): Answer | undefined {
  if (!model.open[store]) return 'store_closed';
  if (itemsOf(lines) < MINIMUM_MINOR) return 'below_minimum';
  if (isTotalWrong) return `price_changed ${totalOf(lines)}`;
  const short = lines.flatMap(({ article, quantity }) => {
    const stock = model.stock[stockName(store, article)];
    const available = stock === undefined ? Infinity : stock.onHand - stock.reserved;
    return available < quantity ? [`${article}:${available}`] : [];
  });
  return short.length > 0 ? `out_of_stock ${short.join(' ')}` : undefined;
}

function askProvider(model: Model, name: string): 'approved' | 'declined' | undefined {
  const order = model.orders[name]!;
  order.asked += 1;
  if (order.method === 'test_late' || order.method === 'test_twice') order.tellsAt ??= model.now + LATE_MS;
  switch (order.method) {
    case 'test_approve':
    case 'test_twice':
      return 'approved';
    case 'test_decline':
      return 'declined';
    case 'test_lost':
      return order.asked > 1 ? 'approved' : undefined;
    default:
      return undefined;
  }
}

/** @returns false where the order is no longer waiting for it */
function settle(model: Model, name: string, answer: 'approved' | 'declined'): boolean {
  const order = model.orders[name]!;
  if (order.state !== 'pending_payment') return false;
  if (answer === 'declined') cancel(model, order, 'payment_declined');
  else {
    order.state = 'placed';
    order.placedTotalMinor = order.totalMinor;
    order.events.push('OrderPlaced');
  }
  return true;
}

function cancel(model: Model, order: ModelOrder, reason: string): void {
  if (order.state === 'picked_up') order.isLost = true;
  else moveStock(model, order, { onHand: 0 });
  order.state = 'cancelled';
  order.cancelReason = reason;
  order.events.push('OrderCancelled');
}

/** Ends an order's reservations; with `onHand: -1` the goods leave the store. */
function moveStock(model: Model, order: ModelOrder, { onHand }: { onHand: 0 | -1 }): void {
  for (const { article, quantity } of order.lines) {
    const stock = model.stock[stockName(order.store, article)];
    if (stock === undefined) continue;
    stock.reserved -= quantity;
    stock.onHand += onHand * quantity;
  }
}

function beginNotification(name: string): Step {
  const end: Step = { name: 'end', run: () => 'ok' };
  return {
    name: 'look',
    run: (model) =>
      model.orders[name]!.state !== 'pending_payment'
        ? 'ok'
        : { name: 'settle', run: (settling) => (settle(settling, name, 'approved'), end) },
  };
}

/** Asks about each open payment, then gives up those that took too long. */
function beginSweep(model: Model): Step | Answer {
  return eachOf(
    waitingSince(model, PAYMENT_EXPIRY_MS),
    (later, name) => {
      const order = later.orders[name]!;
      if (order.state === 'pending_payment') cancel(later, order, 'payment_expired');
    },
    {
      name: 'look again',
      run: (later) =>
        eachOf(
          waitingSince(later, ASK_AGAIN_MS),
          (latest, name) => {
            const answer = askProvider(latest, name);
            if (answer !== undefined) settle(latest, name, answer);
          },
          { name: 'end', run: () => 'ok' },
        ),
    },
  );
}

/** Orders that have waited for their payment for so long. */
function waitingSince(model: Model, milliseconds: number): string[] {
  return Object.entries(model.orders)
    .filter(([, { state, placedAt }]) => state === 'pending_payment' && model.now >= placedAt + milliseconds)
    .map(([name]) => name);
}

/** A step for each, and then `last`. */
function eachOf(names: readonly string[], act: (model: Model, name: string) => void, last: Step): Step {
  return names.reduceRight<Step>(
    (next, name) => ({
      name: `${name} then ${next.name}`,
      run: (model) => {
        act(model, name);
        return next;
      },
    }),
    last,
  );
}

const OPEN = ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up'];
const IN_STORE = ['placed', 'accepted', 'ready'];
const KITCHEN: readonly Party[] = ['merchant', 'operator'];
const ROAD: readonly Party[] = ['courier', 'operator'];

/** Who may make each change, and of an order in which states. */
const MAY: Readonly<
  Record<Exclude<Change['kind'], 'cancel'>, readonly [readonly Party[], readonly string[]]>
> = {
  accept: [KITCHEN, ['placed']],
  ready: [KITCHEN, ['accepted']],
  assign: [['operator'], IN_STORE],
  unassign: [['operator'], IN_STORE],
  pick_up: [ROAD, ['ready']],
  deliver: [ROAD, ['picked_up']],
  refund: [['operator'], ['delivered']],
  change_address: [['shopper', 'operator'], IN_STORE],
  change_lines: [
    ['shopper', 'merchant', 'operator'],
    ['placed', 'accepted'],
  ],
};
const MAY_CANCEL: Readonly<Record<Party, readonly string[]>> = {
  shopper: ['pending_payment', 'placed'],
  merchant: IN_STORE,
  courier: [],
  operator: OPEN,
};

function changeByKey(model: Model, { key, body, order: name, change }: Action & { kind: 'change' }): Answer {
  const known = model.changes[`${name} ${key}`];
  if (known !== undefined) return known.body === body ? known.answer : 'idempotency_key_reused';
  const order = model.orders[name]!;
  const [parties, states] =
    change.kind === 'cancel' ? [[change.by], MAY_CANCEL[change.by]] : MAY[change.kind];
  if (!parties.includes(change.by)) return 'forbidden';
  const isTooMuch = change.kind === 'refund' && change.amountMinor > order.totalMinor - order.refundedMinor;
  if (!states.includes(order.state) || isTooMuch) return `wrong_state ${order.state}`;
  const refusal = change.kind === 'change_lines' ? refuseLines(model, order, change) : undefined;
  if (refusal !== undefined) return refusal;
  makeChange(model, order, change);
  const answer = tell(model, name, 'as it is');
  model.changes[`${name} ${key}`] = { body, answer };
  return answer;
}

/** What is ordered after a change of lines. */
export function linesAfter(lines: readonly Line[], { line, quantity, add }: LineChange): Line[] {
  const left = lines.flatMap((each, index) =>
    index !== line ? [each] : quantity === 0 ? [] : [{ ...each, quantity }],
  );
  if (add === undefined) return left;
  const same = left.findIndex(({ article }) => article === add.article);
  if (same === -1) return [...left, add];
  return left.with(same, { ...add, quantity: left[same]!.quantity + add.quantity });
}

function quantityIn(lines: readonly Line[], article: Article): number {
  return lines.find((line) => line.article === article)?.quantity ?? 0;
}

/** Why a change of lines is refused. What comes first is told first. */
function refuseLines(
  model: Model,
  order: ModelOrder,
  change: Change & { kind: 'change_lines' },
): Answer | undefined {
  const line = order.lines[change.line];
  if (line?.article !== change.article) return `wrong_state ${order.state}`;
  const isMore = change.quantity > line.quantity || change.add !== undefined;
  if (isMore && change.by === 'merchant') return 'forbidden';
  const lines = linesAfter(order.lines, change);
  if (lines.length === 0) return `wrong_state ${order.state}`;
  const total = totalOf(lines);
  const { expectedTotalMinor = total > order.totalMinor ? undefined : total } = change;
  if (total !== expectedTotalMinor) return `price_changed ${total}`;
  const short = lines.flatMap(({ article, quantity }) => {
    const stock = model.stock[stockName(order.store, article)];
    const available = stock === undefined ? Infinity : stock.onHand - stock.reserved;
    return available < quantity - quantityIn(order.lines, article) ? [`${article}:${available}`] : [];
  });
  if (short.length > 0) return `out_of_stock ${short.join(' ')}`;
  const isLess = itemsOf(lines) < itemsOf(order.lines);
  return change.by === 'shopper' && isLess && itemsOf(lines) < MINIMUM_MINOR ? 'below_minimum' : undefined;
}

function changeLines(model: Model, order: ModelOrder, change: LineChange): void {
  const lines = linesAfter(order.lines, change);
  for (const article of Object.keys(PRICES) as Article[]) {
    const stock = model.stock[stockName(order.store, article)];
    if (stock !== undefined) {
      stock.reserved += quantityIn(lines, article) - quantityIn(order.lines, article);
    }
  }
  order.lines = lines;
  order.totalMinor = totalOf(lines);
  order.events.push('OrderLinesChanged');
}

function makeChange(model: Model, order: ModelOrder, change: Change): void {
  switch (change.kind) {
    case 'accept':
      order.state = 'accepted';
      order.events.push('OrderAccepted');
      return;
    case 'ready':
      order.state = 'ready';
      order.events.push('OrderReady');
      return;
    case 'assign':
      order.courier = change.courier;
      order.events.push('OrderAssigned');
      return;
    case 'unassign':
      if (order.courier !== undefined) order.events.push('OrderUnassigned');
      delete order.courier;
      return;
    case 'pick_up':
      order.state = 'picked_up';
      order.courier = change.courier;
      order.events.push('OrderPickedUp');
      moveStock(model, order, { onHand: -1 });
      return;
    case 'deliver':
      order.state = 'delivered';
      order.courier = change.courier;
      order.events.push('OrderDelivered');
      return;
    case 'cancel':
      cancel(model, order, change.by);
      return;
    case 'change_address':
      order.events.push('OrderAddressChanged');
      return;
    case 'change_lines':
      changeLines(model, order, change);
      return;
    case 'refund':
      order.refundedMinor += change.amountMinor;
      order.refunds += 1;
      order.events.push('OrderRefunded');
      if (order.refundedMinor === order.totalMinor) order.state = 'refunded';
  }
}

/** A placement is told as it was, declined or placed, also to a retry long after; who reads sees the order as it is. */
function tell(model: Model, name: string, how: 'as placed' | 'as it is' = 'as placed'): Answer {
  const order = model.orders[name]!;
  if (how === 'as it is') return describeAnswer(name, order);
  if (order.cancelReason === 'payment_declined') return `payment_declined ${name}`;
  const { placedTotalMinor } = order;
  if (placedTotalMinor === undefined) return describeAnswer(name, order);
  return describeAnswer(name, { state: 'placed', totalMinor: placedTotalMinor, refundedMinor: 0 });
}

export function describeAnswer(
  name: string,
  order: Pick<ModelOrder, 'state' | 'totalMinor' | 'refundedMinor'> & {
    readonly courier?: number | undefined;
  },
): Answer {
  return `ok ${name} ${order.state} total ${order.totalMinor} refunded ${order.refundedMinor} courier ${order.courier ?? 'none'}`;
}

/** What can be seen of a market: equal for a model and for the market that it describes. */
export interface Sight {
  readonly open: readonly boolean[];
  readonly stock: Model['stock'];
  /** What shoppers have paid or owe, less what they have got back or are to get. */
  readonly takenMinor: number;
  /** What couriers are owed. */
  readonly tipsMinor: readonly number[];
  readonly orders: Readonly<Record<string, OrderSight>>;
}

export interface OrderSight {
  readonly state: string;
  readonly cancelReason: string;
  readonly refundedMinor: number;
  readonly courier: number | undefined;
  readonly totalMinor: number;
  readonly events: readonly string[];
  readonly payment: 'open' | 'authorised' | 'void' | 'captured';
  /** Sales, losses, and refunds that were decided. */
  readonly postings: number;
}

export function lookAt(model: Model): Sight {
  const orders = Object.entries(model.orders);
  const delivered = orders.map(([, order]) => order).filter((order) => isDelivered(order.state));
  return {
    open: model.open,
    stock: model.stock,
    takenMinor: delivered.reduce((sum, order) => sum + order.totalMinor - order.refundedMinor, 0),
    tipsMinor: Array.from(
      { length: COURIERS },
      (_, courier) => delivered.filter((order) => order.courier === courier).length * TIP_MINOR,
    ),
    orders: Object.fromEntries(
      orders.map(([name, order]): [string, OrderSight] => [
        name,
        {
          state: order.state,
          cancelReason: order.cancelReason ?? '',
          refundedMinor: order.refundedMinor,
          courier: order.courier,
          totalMinor: order.totalMinor,
          events: order.events,
          payment: paymentOf(order.state),
          postings: isDelivered(order.state) || order.isLost ? 1 + order.refunds : 0,
        },
      ]),
    ),
  };
}

function isDelivered(state: string): boolean {
  return state === 'delivered' || state === 'refunded';
}

function paymentOf(state: string): OrderSight['payment'] {
  if (state === 'pending_payment') return 'open';
  if (state === 'cancelled') return 'void';
  return isDelivered(state) ? 'captured' : 'authorised';
}

/**
 * Whether actions that were under way at the same time can have had these answers and led to what is seen now: by
 * some order of their steps (Wing and Gong 1993). Steps whose answer is not the one that was given are not followed.
 *
 * @returns the model after them, undefined where no order of the steps explains it
 */
export function explain(
  before: Model,
  actions: readonly Action[],
  answers: readonly Answer[],
  seen: Sight,
): Model | undefined {
  const goal = canonical(seen);
  const visited = new Set<string>();
  const search = (model: Model, running: readonly (Step | undefined)[]): Model | undefined => {
    if (running.every((step) => step === undefined)) {
      return canonical(lookAt(model)) === goal ? model : undefined;
    }
    const place = `${running.map((step) => step?.name).join()} ${canonical(model)}`;
    if (visited.has(place)) return undefined;
    visited.add(place);
    for (const [index, step] of running.entries()) {
      if (step === undefined) continue;
      const after = structuredClone(model);
      const next = step.run(after);
      if (typeof next === 'string' && next !== answers[index]) continue;
      const found = search(after, running.with(index, typeof next === 'string' ? undefined : next));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(
    before,
    actions.map((action, index) => (isRefusedUnheard(actions, answers, index) ? undefined : begin(action))),
  );
}

/**
 * Of two commands that are under way under one key with different bodies one may be refused before it is known what
 * becomes of the other; then it has no effect.
 */
function isRefusedUnheard(actions: readonly Action[], answers: readonly Answer[], index: number): boolean {
  const action = actions[index]!;
  return (
    'key' in action &&
    answers[index] === 'idempotency_key_reused' &&
    actions.some((other) => 'key' in other && other.key === action.key && other.body !== action.body)
  );
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
