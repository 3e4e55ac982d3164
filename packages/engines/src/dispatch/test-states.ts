import fc from 'fast-check';
import type {
  CarriedOrder,
  CourierState,
  DispatchPolicy,
  DispatchState,
  OpenOrder,
  TravelTimes,
} from './types.ts';

/** States for the property tests: places on a grid of 40 × 40, a minute a step. */
const WIDTH = 40;
export const NOW = 36_000;

export const grid: TravelTimes = {
  seconds: (from, to) =>
    60 *
    (Math.abs((from % WIDTH) - (to % WIDTH)) + Math.abs(Math.floor(from / WIDTH) - Math.floor(to / WIDTH))),
};

/** The same with places told, so that couriers are looked for by the grid of points. */
export const gridWithPlane: TravelTimes = {
  ...grid,
  plane: {
    x: (node) => 300 * (node % WIDTH),
    y: (node) => 300 * Math.floor(node / WIDTH),
    fastestMetresPerSecond: 5,
  },
};

export const anyNode = fc.integer({ min: 0, max: WIDTH * WIDTH - 1 });
const loadUpTo = (litres: number) =>
  fc.record(
    {
      litres: fc.integer({ min: litres / 4, max: litres }),
      grams: fc.integer({ min: 0, max: 100 * litres }),
      coldLitres: fc.integer({ min: 0, max: litres / 4 }),
      hotLitres: fc.integer({ min: 0, max: litres / 4 }),
    },
    { requiredKeys: [] },
  );
const abilities = fc.subarray(['car', 'age_check']);
/** Few orders ask for more than a place on board, or hardly any would fit. */
const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | Record<string, never>> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });

const courier = fc.record({
  node: anyNode,
  freeInSeconds: fc.integer({ min: -1_200, max: 2_000 }),
  onInSeconds: fc.integer({ min: -7_200, max: 1_200 }),
  shiftSeconds: fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 7_200 }) },
    { weight: 3, arbitrary: fc.constant(14_400) },
  ),
  maxOrders: fc.integer({ min: 1, max: 4 }),
  rich: fc.record(
    {
      capacity: loadUpTo(48),
      abilities,
      acceptance: fc.double({ min: 0, max: 1, noNaN: true }),
      earnedPerHour: fc.integer({ min: 0, max: 40 }),
    },
    { requiredKeys: [] },
  ),
  doorsOnBoard: fc.array(anyNode, { maxLength: 2 }),
});
const order = fc.record({
  storeNode: fc.integer({ min: 0, max: 5 }).map((store) => store * 217),
  dropNode: anyNode,
  placedInSeconds: fc.integer({ min: -3_000, max: 0 }),
  readyInSeconds: fc.integer({ min: -1_200, max: 2_400 }),
  rich: fc
    .tuple(
      seldom(fc.record({ load: loadUpTo(16) })),
      seldom(fc.record({ requires: abilities })),
      seldom(fc.record({ readySpreadSeconds: fc.integer({ min: 0, max: 900 }) })),
      seldom(fc.record({ toldCourierKey: fc.integer({ min: 0, max: 12 }) })),
      seldom(fc.record({ declinedBy: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 2 }) })),
      seldom(fc.record({ onlyCourierKey: fc.integer({ min: 0, max: 12 }) })),
    )
    .map((parts): Partial<OpenOrder> => Object.assign({}, ...parts)),
});

/** Any state; `rich` gives couriers and orders all that they may have beyond place and time. */
export function anyState({
  rich,
  onBoard,
}: {
  rich: boolean;
  onBoard: boolean;
}): fc.Arbitrary<DispatchState> {
  return fc
    .record({
      couriers: fc.array(courier, { maxLength: 12, size: 'max' }),
      orders: fc.array(order, { maxLength: 24, size: 'max' }),
      travel: fc.constantFrom(grid, gridWithPlane),
    })
    .map(({ couriers, orders, travel }): DispatchState => ({
      nowSeconds: NOW,
      nextTickSeconds: NOW + 60,
      travel,
      couriers: couriers.map((given, key): CourierState => ({
        key,
        node: given.node,
        freeAtSeconds: NOW + given.freeInSeconds,
        onAtSeconds: NOW + given.onInSeconds,
        offAtSeconds: NOW + given.onInSeconds + given.shiftSeconds,
        maxOrders: given.maxOrders,
        ...(rich ? given.rich : {}),
        ...(onBoard
          ? { carrying: given.doorsOnBoard.map((node, k) => onBoardTo(node, 5_000 + 10 * key + k)) }
          : {}),
      })),
      orders: orders.map((given, index): OpenOrder => ({
        key: 1_000 + index,
        storeNode: given.storeNode,
        dropNode: given.dropNode,
        placedAtSeconds: NOW + given.placedInSeconds,
        readyAtSeconds: NOW + given.readyInSeconds,
        dueAtSeconds: NOW + given.placedInSeconds + 2_400,
        latestAtSeconds: NOW + given.placedInSeconds + 5_400,
        ...(rich ? given.rich : {}),
      })),
    }));
}

function onBoardTo(dropNode: number, key: number): CarriedOrder {
  return {
    key,
    dropNode,
    placedAtSeconds: NOW - 1_800,
    dueAtSeconds: NOW + 600,
    latestAtSeconds: NOW + 3_600,
    load: { litres: 5 },
  };
}

/** Policies that use each term of the objective. */
export const anyWeights: fc.Arbitrary<Partial<DispatchPolicy>> = fc.record({
  multiStoreRoutes: fc.boolean(),
  foodWaitingWeight: fc.constantFrom(0, 0.5),
  courierTimeWeight: fc.constantFrom(0, 0.3),
  fairnessCostSeconds: fc.constantFrom(0, 120),
  maxBundleOrders: fc.integer({ min: 1, max: 5 }),
});
