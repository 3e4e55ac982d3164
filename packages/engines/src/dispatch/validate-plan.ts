import type { Assignment, CourierState, DispatchPolicy, DispatchState, Plan } from './types.ts';

export type PlanViolationCode =
  | 'unknown_courier'
  | 'unknown_order'
  | 'order_twice'
  | 'order_lost'
  | 'empty_bundle'
  | 'too_many_orders'
  | 'two_stores'
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
  checkPrepositions();
  return violations;

  function checkRow(courier: CourierState, row: readonly Assignment[]): void {
    const courierKey = courier.key;
    const report = (code: PlanViolationCode, message: string): void => {
      violations.push({ code, message: `courier ${courierKey}: ${message}`, courierKey });
    };
    const pickupBefore = Math.floor(policy.pickupServiceSeconds / 2);
    const dropBefore = Math.floor(policy.dropServiceSeconds / 2);
    let place = courier.node;
    let free = Math.max(state.nowSeconds, courier.onAtSeconds, courier.freeAtSeconds);
    row.forEach((assignment, index) => {
      const { storeNode, orderKeys, departAtSeconds, pickupAtSeconds, dropAtSeconds, action } = assignment;
      if (orderKeys.length === 0) return report('empty_bundle', 'a bundle without orders');
      if (orderKeys.length !== dropAtSeconds.length)
        report('wrong_travel', 'drop-off times do not match orders');
      if (orderKeys.length > Math.min(courier.maxOrders, policy.maxBundleOrders)) {
        report('too_many_orders', `${orderKeys.length} orders in a bundle`);
      }
      const standing = index === 0 && place === storeNode;
      const earliestDeparture = standing ? Math.max(courier.onAtSeconds, courier.freeAtSeconds) : free;
      if (departAtSeconds < earliestDeparture) report('too_early', `departs at ${departAtSeconds}`);
      const arrival = departAtSeconds + (standing ? 0 : state.travel.seconds(place, storeNode));
      if (pickupAtSeconds < arrival + pickupBefore) report('wrong_travel', `picks up at ${pickupAtSeconds}`);
      if (pickupAtSeconds < state.nowSeconds) report('too_early', `picks up in the past`);
      if (pickupAtSeconds > courier.offAtSeconds) report('after_shift', `picks up at ${pickupAtSeconds}`);
      let time = pickupAtSeconds + policy.pickupServiceSeconds - pickupBefore;
      place = storeNode;
      orderKeys.forEach((orderKey, position) => {
        const order = orders.get(orderKey);
        if (order === undefined) return;
        if (order.storeNode !== storeNode) report('two_stores', `order ${orderKey} is of another store`);
        if (pickupAtSeconds < order.readyAtSeconds) report('before_ready', `order ${orderKey} is not ready`);
        const drop = dropAtSeconds[position]!;
        if (drop !== time + state.travel.seconds(place, order.dropNode) + dropBefore) {
          report('wrong_travel', `drops order ${orderKey} at ${drop}`);
        }
        time = drop + policy.dropServiceSeconds - dropBefore;
        place = order.dropNode;
      });
      free = time;
      const starts = index === 0 && departAtSeconds < state.nextTickSeconds;
      const final = index === 0 && pickupAtSeconds < state.nextTickSeconds;
      const expected = final ? 'collect' : starts ? 'go' : 'wait';
      if (action !== expected) report('wrong_action', `${action} where it must be ${expected}`);
    });
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
        if (leaves + state.travel.seconds(courier.node, storeNode) > courier.offAtSeconds) {
          report('would arrive after its shift');
        }
      }
      sent.add(courierKey);
    }
  }
}
