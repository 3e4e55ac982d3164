import type {
  Assignment,
  CarriedOrder,
  CourierState,
  DispatchPolicy,
  DispatchState,
  Load,
  OpenOrder,
  Plan,
} from './types.ts';

export type PlanViolationCode =
  | 'unknown_courier'
  | 'unknown_order'
  | 'order_twice'
  | 'order_lost'
  | 'empty_bundle'
  | 'too_many_orders'
  | 'too_much_load'
  | 'wrong_courier'
  | 'two_stores'
  | 'not_on_board'
  | 'not_dropped'
  | 'wrong_travel'
  | 'too_early'
  | 'before_ready'
  | 'after_shift'
  | 'wrong_action'
  | 'wrong_preposition';

export interface PlanViolation {
  readonly code: PlanViolationCode;
  readonly message: string;
  readonly courierKey?: number;
  readonly orderKey?: number;
}

/**
 * Checks every rule of a plan from the state alone and gives all that is broken; empty means valid. Shares
 * nothing with the search, so that a bug there cannot hide here: it is run before a plan is committed.
 */
export function validatePlan(state: DispatchState, plan: Plan, policy: DispatchPolicy): PlanViolation[] {
  const violations: PlanViolation[] = [];
  const orders = new Map(state.orders.map((order) => [order.key, order]));
  const couriers = new Map(state.couriers.map((courier) => [courier.key, courier]));
  const seen = new Set<number>();
  const see = (orderKey: number): void => {
    if (!orders.has(orderKey)) {
      violations.push({ code: 'unknown_order', message: `order ${orderKey} is not open`, orderKey });
    } else if (seen.has(orderKey)) {
      violations.push({
        code: 'order_twice',
        message: `order ${orderKey} stands twice in the plan`,
        orderKey,
      });
    }
    seen.add(orderKey);
  };
  for (const assignment of plan.assignments) assignment.orderKeys.forEach(see);
  plan.unassigned.forEach(see);
  for (const { key } of state.orders) {
    if (!seen.has(key)) {
      violations.push({ code: 'order_lost', message: `order ${key} is not in the plan`, orderKey: key });
    }
  }

  const rows = new Map<number, Assignment[]>();
  for (const assignment of plan.assignments) {
    const row = rows.get(assignment.courierKey);
    if (row === undefined) rows.set(assignment.courierKey, [assignment]);
    else row.push(assignment);
  }
  for (const [courierKey, row] of rows) {
    const courier = couriers.get(courierKey);
    if (courier === undefined) {
      violations.push({ code: 'unknown_courier', message: `no courier ${courierKey}`, courierKey });
    } else {
      checkRow(courier, row);
    }
  }
  const leftOut = new Set(plan.leftOut.map(({ courierKey }) => courierKey));
  for (const { key, carrying } of state.couriers) {
    if (carrying === undefined || carrying.length === 0 || rows.has(key) || leftOut.has(key)) continue;
    violations.push({
      code: 'not_dropped',
      message: `courier ${key} has orders on board and no plan`,
      courierKey: key,
    });
  }
  checkPrepositions();
  return violations;

  function checkRow(courier: CourierState, row: readonly Assignment[]): void {
    const courierKey = courier.key;
    const report = (code: PlanViolationCode, message: string): void => {
      violations.push({ code, message: `courier ${courierKey}: ${message}`, courierKey });
    };
    const pickupBefore = Math.floor(policy.pickupServiceSeconds / 2);
    const dropBefore = Math.floor(policy.dropServiceSeconds / 2);
    const onBoard = new Map<number, CarriedOrder>(
      (courier.carrying ?? []).map((order) => [order.key, order]),
    );
    let place = courier.node;
    let free = Math.max(state.nowSeconds, courier.onAtSeconds, courier.freeAtSeconds);
    row.forEach((assignment, index) => {
      const { storeNode, orderKeys, departAtSeconds, pickupAtSeconds, dropKeys, dropAtSeconds, action } =
        assignment;
      if (dropKeys.length !== dropAtSeconds.length) {
        report('wrong_travel', 'drop-off times do not match orders');
      }
      const picked = orderKeys.map((key) => orders.get(key)).filter((order) => order !== undefined);
      let time: number;
      if (orderKeys.length === 0) {
        if (index > 0 || onBoard.size === 0 || dropKeys.length === 0) {
          return report('empty_bundle', 'a bundle without orders');
        }
        if (departAtSeconds !== free || pickupAtSeconds !== free || storeNode !== place) {
          report('wrong_travel', 'does not begin with what it has on board when it is free');
        }
        time = free;
      } else {
        if (!policy.multiStoreRoutes && onBoard.size > 0)
          report('two_stores', 'picks up with orders on board');
        const standing = index === 0 && place === storeNode;
        const earliestDeparture = standing ? Math.max(courier.onAtSeconds, courier.freeAtSeconds) : free;
        if (departAtSeconds < earliestDeparture) report('too_early', `departs at ${departAtSeconds}`);
        const arrival = departAtSeconds + (standing ? 0 : travelSeconds(place, storeNode));
        if (pickupAtSeconds < arrival + pickupBefore) {
          report('wrong_travel', `picks up at ${pickupAtSeconds}`);
        }
        if (pickupAtSeconds < state.nowSeconds) report('too_early', `picks up in the past`);
        if (pickupAtSeconds > courier.offAtSeconds) report('after_shift', `picks up at ${pickupAtSeconds}`);
        time = pickupAtSeconds + policy.pickupServiceSeconds - pickupBefore;
        place = storeNode;
        for (const order of picked) {
          checkMatch(courier, order, report);
          if (order.storeNode !== storeNode) report('two_stores', `order ${order.key} is of another store`);
          if (pickupAtSeconds < order.readyAtSeconds) {
            report('before_ready', `order ${order.key} is not ready`);
          }
          onBoard.set(order.key, order);
        }
        checkRoom(courier, onBoard, report);
      }
      dropKeys.forEach((orderKey, position) => {
        const order = onBoard.get(orderKey);
        const drop = dropAtSeconds[position]!;
        if (order === undefined) return report('not_on_board', `order ${orderKey} is not on board`);
        onBoard.delete(orderKey);
        if (drop !== time + travelSeconds(place, order.dropNode) + dropBefore) {
          report('wrong_travel', `drops order ${orderKey} at ${drop}`);
        }
        time = drop + policy.dropServiceSeconds - dropBefore;
        place = order.dropNode;
      });
      free = time;
      const isCertain = picked.every((order) => (order.readySpreadSeconds ?? 0) === 0);
      const starts = index === 0 && departAtSeconds < state.nextTickSeconds;
      const final = index === 0 && isCertain && pickupAtSeconds < state.nextTickSeconds;
      const expected = final ? 'collect' : starts ? 'go' : 'wait';
      if (action !== expected) report('wrong_action', `${action} where it must be ${expected}`);
    });
    for (const key of onBoard.keys()) report('not_dropped', `order ${key} stays on board`);
  }

  function checkMatch(
    courier: CourierState,
    order: OpenOrder,
    report: (code: PlanViolationCode, message: string) => void,
  ): void {
    for (const name of order.requires ?? []) {
      if (courier.abilities?.includes(name) !== true)
        report('wrong_courier', `order ${order.key} needs ${name}`);
    }
    if (order.declinedBy?.includes(courier.key) === true) {
      report('wrong_courier', `has declined order ${order.key}`);
    }
    if (order.onlyCourierKey !== undefined && order.onlyCourierKey !== courier.key) {
      report('wrong_courier', `order ${order.key} is for courier ${order.onlyCourierKey} alone`);
    }
  }

  function checkRoom(
    courier: CourierState,
    onBoard: ReadonlyMap<number, CarriedOrder>,
    report: (code: PlanViolationCode, message: string) => void,
  ): void {
    if (onBoard.size > Math.min(courier.maxOrders, policy.maxBundleOrders)) {
      report('too_many_orders', `${onBoard.size} orders on board`);
    }
    for (const [name, limit] of Object.entries(courier.capacity ?? {}) as [keyof Load, number][]) {
      const sum = [...onBoard.values()].reduce((total, order) => total + (order.load?.[name] ?? 0), 0);
      if (sum > limit) report('too_much_load', `${sum} ${name} on board of ${limit}`);
    }
  }

  function travelSeconds(from: number, to: number): number {
    return from === to ? 0 : state.travel.seconds(from, to);
  }

  function checkPrepositions(): void {
    const sent = new Set<number>();
    for (const { courierKey, storeNode } of plan.prepositions) {
      const courier = couriers.get(courierKey);
      const report = (message: string): void => {
        violations.push({
          code: 'wrong_preposition',
          message: `courier ${courierKey}: ${message}`,
          courierKey,
        });
      };
      if (courier === undefined) report('unknown');
      else if (sent.has(courierKey)) report('sent twice');
      else if (rows.has(courierKey)) report('has an assignment');
      else {
        const leaves = Math.max(state.nowSeconds, courier.onAtSeconds, courier.freeAtSeconds);
        if (leaves >= state.nextTickSeconds) report('is not idle');
        if (!(leaves + travelSeconds(courier.node, storeNode) <= courier.offAtSeconds)) {
          report('would arrive after its shift');
        }
      }
      sent.add(courierKey);
    }
  }
}
