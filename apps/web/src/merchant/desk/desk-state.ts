import type { Order, StoreDesk, StoreEvent } from '@halfhour/contract';

/** A desk, and when its clock was read on the page's own time. */
export interface DeskState extends StoreDesk {
  readonly clockAtMs: number;
}

const OPEN = new Set<Order['state']>(['placed', 'accepted', 'ready', 'picked_up']);

/** The desk after an event of its stream, or after the answer to a command, which says the same sooner. */
export function applyStoreEvent(desk: DeskState, event: StoreEvent, elapsedMs: number): DeskState {
  switch (event.type) {
    case 'order':
      return { ...desk, orders: withOrder(desk.orders, event.order) };
    case 'store':
      return { ...desk, store: event.store };
    case 'clock':
      return { ...desk, clock: event.clock, clockAtMs: elapsedMs };
    case 'reset':
      return desk;
  }
}

function withOrder(orders: readonly Order[], order: Order): Order[] {
  const at = orders.findIndex(({ id }) => id === order.id);
  if (!OPEN.has(order.state)) return orders.filter(({ id }) => id !== order.id);
  return at === -1 ? [...orders, order] : orders.with(at, order);
}

/** Whether somebody comes for an order of whom the desk does not know the name yet. */
export function lacksCourier(desk: StoreDesk): boolean {
  const known = new Set<string>(desk.couriers.map(({ id }) => id));
  return desk.orders.some(({ courierId }) => courierId !== undefined && !known.has(courierId));
}

/** The market's time, in epoch milliseconds, at a moment of the page's own time. */
export function deskNowMs({ clock, clockAtMs }: DeskState, elapsedMs: number): number {
  return Date.parse(clock.now) + (elapsedMs - clockAtMs) * clock.speed;
}

export type Column = 'new' | 'preparing' | 'ready' | 'courier';
export const COLUMNS: readonly Column[] = ['new', 'preparing', 'ready', 'courier'];

const COLUMN_OF: Partial<Record<Order['state'], Column>> = {
  placed: 'new',
  accepted: 'preparing',
  ready: 'ready',
  picked_up: 'courier',
};

/** Open orders by column, each by its deadline, the soonest first. */
export function boardOf(orders: readonly Order[]): Record<Column, Order[]> {
  const board: Record<Column, Order[]> = { new: [], preparing: [], ready: [], courier: [] };
  for (const order of orders) {
    const column = COLUMN_OF[order.state];
    if (column !== undefined) board[column].push(order);
  }
  for (const column of COLUMNS) {
    board[column].sort((a, b) => deadlineOf(a).atMs - deadlineOf(b).atMs || (a.id < b.id ? -1 : 1));
  }
  return board;
}

/** A store that has not answered for so long lets its shoppers and couriers wait. */
const ANSWER_WITHIN_MS = 5 * 60_000;

export interface Deadline {
  /** What is to happen by then. */
  readonly of: 'begin' | 'accept' | 'ready' | 'pickup' | 'door';
  readonly atMs: number;
}

/** What is next with an order, and by when. A scheduled order waits until its preparation begins. */
export function deadlineOf(order: Order): Deadline {
  switch (order.state) {
    case 'placed': {
      const sinceMs = Date.parse(order.prepareAt ?? order.placedAt);
      return order.prepareAt === undefined
        ? { of: 'accept', atMs: sinceMs + ANSWER_WITHIN_MS }
        : { of: 'begin', atMs: sinceMs };
    }
    case 'accepted':
      return { of: 'ready', atMs: Date.parse(order.expectedReadyAt ?? order.promise.latest) };
    case 'ready':
      return { of: 'pickup', atMs: Date.parse(order.promise.latest) };
    default:
      return { of: 'door', atMs: Date.parse(order.promise.latest) };
  }
}

/** How a deadline stands: time enough, less than two minutes, or past. */
export function urgencyOf({ atMs }: Deadline, nowMs: number): 'good' | 'watch' | 'bad' {
  if (nowMs > atMs) return 'bad';
  return atMs - nowMs < 2 * 60_000 ? 'watch' : 'good';
}

/** `4:05`, or with a minus where it is past; hours where there are some. */
export function countdown(milliseconds: number): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const shown =
    minutes >= 60
      ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
      : `${minutes}:${two(seconds % 60)}`;
  return milliseconds < 0 ? `−${shown}` : shown;
}

/** Orders that nobody has answered and that are to be begun: what the sound calls for. */
export function waitingForAnswer(desk: StoreDesk, nowMs: number): Order[] {
  return desk.orders.filter(
    (order) =>
      order.state === 'placed' && (order.prepareAt === undefined || Date.parse(order.prepareAt) <= nowMs),
  );
}
