import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aCourier, anOrder, aSnapshot, NOW } from '../live-market.fixture.ts';
import { courierFeatures, orderFeatures, orderWay, storeFeatures } from './market-features.ts';

const STORE = { lat: -34.91, lng: -56.2 };
const COURIER = { lat: -34.92, lng: -56.1 };

test('couriers off shift or never seen are not drawn', () => {
  const couriers = [aCourier(1), aCourier(2, { status: 'off_shift' }), aCourier(3)];
  const drawn = courierFeatures(couriers, (courier) =>
    courier === couriers[2] ? undefined : courier.position,
  );
  assert.deepEqual(
    drawn.features.map((feature) => feature.properties?.['id']),
    [couriers[0]!.id],
  );
  assert.deepEqual(drawn.features[0]!.geometry.coordinates, [-56.16, -34.9]);
});

test('a store is open where it takes orders and is within its hours', () => {
  const [store] = aSnapshot({}).stores;
  const open = (part: Partial<typeof store>): unknown =>
    storeFeatures([{ ...store!, ...part }]).features[0]!.properties?.['open'];
  assert.equal(open({}), true);
  assert.equal(open({ status: 'paused' }), false);
  assert.equal(open({ openNow: false }), false);
});

test('an order carries its risk at the moment', () => {
  const late = anOrder(1, { promiseLatest: NOW });
  assert.equal(orderFeatures([late], Date.parse(NOW) + 1).features[0]!.properties?.['risk'], 'late');
});

test('before pickup the way leads over the store, after it straight to the address', () => {
  const before = orderWay(anOrder(1, { state: 'accepted' }), STORE, COURIER);
  assert.deepEqual(
    before.features.map((leg) => leg.properties?.['taken']),
    [true, false],
  );
  const after = orderWay(anOrder(1, { state: 'picked_up' }), STORE, COURIER);
  assert.deepEqual(after.features[0]!.geometry.coordinates, [
    [-56.1, -34.92],
    [-56.16, -34.9],
  ]);
  assert.equal(orderWay(anOrder(1), STORE, undefined).features.length, 1);
});
