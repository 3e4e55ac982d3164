import type { Ticker } from './clock.ts';
import { InvariantViolation, invariant } from './invariant.ts';

/** The queue is full: the caller should be told to come back, at once, rather than wait without end. */
export class GroupOverloaded extends Error {
  override readonly name = 'GroupOverloaded';
}

export interface GroupExecutorOptions<Item, Outcome> {
  /** Items one run takes at most. */
  readonly maxGroup: number;
  /** Items that may wait in one lane before `submit` is refused. */
  readonly maxQueue: number;
  /** Lanes run side by side; groups of one lane do not, save for `ahead`. */
  readonly lanes: number;
  /** How many groups of a lane may be under way, begun one after the other; 1 where absent. */
  readonly ahead?: number;
  /** Which lane an item belongs to (0 … lanes-1), so that what would contend stays in one lane. */
  readonly laneOf: (item: Item) => number;
  /**
   * Begins groups of a lane at least `ms` apart while several items come in that time, unless a group is full: each
   * group costs something however small it is. Items that come one after the other never wait.
   */
  readonly pace?: { readonly ticker: Ticker; readonly ms: number };
  /** Runs a group as one unit and answers each item, in order. Throwing spoils the whole group. */
  readonly run: (items: readonly Item[], lane: number) => Promise<readonly Outcome[]>;
  /**
   * Whether a thrown error is one item's fault. Then the group is split in halves until the item stands
   * alone and is rejected by itself; otherwise (a lost connection) all of the group are rejected.
   */
  readonly isItemFault: (error: unknown) => boolean;
}

export interface GroupExecutor<Item, Outcome> {
  /** Resolves with the item's own outcome after its group has committed. Rejects with GroupOverloaded when full. */
  submit(item: Item): Promise<Outcome>;
  /** Items waiting or running. */
  readonly pending: number;
  /** Resolves when nothing is waiting or running. */
  drained(): Promise<void>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers items while the group before them runs, then runs them as one: one set-based transaction for up
 * to `maxGroup` commands instead of a transaction each (measured 33,800 against 2,840 placements a second).
 * A lone item does not wait: an idle lane runs at the end of the current turn of the event loop.
 */
export function createGroupExecutor<Item, Outcome>(
  options: GroupExecutorOptions<Item, Outcome>,
): GroupExecutor<Item, Outcome> {
  for (const limit of [options.maxGroup, options.maxQueue, options.lanes]) {
    invariant(Number.isInteger(limit) && limit >= 1, 'maxGroup, maxQueue and lanes are whole and at least 1');
  }
  const lanes = Array.from({ length: options.lanes }, () => ({
    queue: [] as Waiting<Item, Outcome>[],
    running: new Set<Promise<void>>(),
    isDriven: false,
    beganAt: -Infinity,
    lastSize: 0,
  }));
  const ahead = options.ahead ?? 1;
  let pending = 0;
  let idle: (() => void)[] = [];

  async function runGroup(group: readonly Waiting<Item, Outcome>[], lane: number): Promise<void> {
    let outcomes: readonly Outcome[];
    try {
      outcomes = await options.run(
        group.map((waiting) => waiting.item),
        lane,
      );
    } catch (error) {
      if (group.length > 1 && options.isItemFault(error)) {
        const middle = group.length >> 1;
        await runGroup(group.slice(0, middle), lane);
        await runGroup(group.slice(middle), lane);
      } else {
        pending -= group.length;
        for (const waiting of group) waiting.reject(error);
      }
      return;
    }
    pending -= group.length;
    if (outcomes.length === group.length) {
      group.forEach((waiting, index) => waiting.resolve(outcomes[index]!));
    } else {
      // The group has committed: it must not run again in halves, whatever isItemFault would say.
      const bug = new InvariantViolation('a group must answer each of its items');
      for (const waiting of group) waiting.reject(bug);
    }
  }

  async function drive(laneIndex: number): Promise<void> {
    const lane = lanes[laneIndex]!;
    lane.isDriven = true;
    await Promise.resolve();
    while (lane.queue.length > 0) {
      while (lane.running.size >= ahead) await Promise.race(lane.running);
      if (options.pace !== undefined) {
        const { ticker, ms } = options.pace;
        const early = lane.beganAt + ms - ticker.elapsedMs();
        if (early > 0 && lane.lastSize > 1 && lane.queue.length < options.maxGroup) {
          await new Promise<void>((resolve) => ticker.after(early, resolve));
        }
        lane.beganAt = ticker.elapsedMs();
      }
      const group = lane.queue.splice(0, options.maxGroup);
      lane.lastSize = group.length;
      const running = runGroup(group, laneIndex).finally(() => {
        lane.running.delete(running);
        if (pending > 0) return;
        for (const resolve of idle) resolve();
        idle = [];
      });
      lane.running.add(running);
    }
    lane.isDriven = false;
  }

  return {
    submit(item) {
      const laneIndex = options.laneOf(item);
      const lane = lanes[laneIndex];
      invariant(lane !== undefined, `no lane ${laneIndex}`);
      if (lane.queue.length >= options.maxQueue) {
        return Promise.reject(new GroupOverloaded(`more than ${options.maxQueue} commands are waiting`));
      }
      return new Promise<Outcome>((resolve, reject) => {
        lane.queue.push({ item, resolve, reject });
        pending += 1;
        if (!lane.isDriven) void drive(laneIndex);
      });
    },
    get pending() {
      return pending;
    },
    drained: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}
