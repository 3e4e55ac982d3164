import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, epochMs } from '@halfhour/kernel';
import { type CourierRecord, maySteer, toCourier, withPosition } from './courier.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const courier: CourierRecord = {
  id: ids.next('cou'),
  marketId: ids.next('mkt'),
  name: 'Ana',
  vehicle: 'motorcycle',
  status: 'idle',
  shiftEnding: false,
  onBreak: false,
  load: 0,
  position: { lat: 1, lng: 1 },
  positionAt: epochMs(1_000),
};

test('the later of two positions is the one that counts', () => {
  const place = { lat: 2, lng: 2 };
  assert.deepEqual(withPosition(courier, { place, at: epochMs(2_000) }).position, place);
  assert.deepEqual(withPosition(courier, { place, at: epochMs(999) }).position, { lat: 1, lng: 1 });
  assert.equal(withPosition(courier, undefined), courier);
});

test('the API shows a courier without what is not known', () => {
  const { position: _, positionAt: __, ...unseen } = courier;
  assert.deepEqual(toCourier(unseen), {
    id: courier.id,
    name: 'Ana',
    vehicle: 'motorcycle',
    status: 'idle',
    load: 0,
  });
  assert.equal(toCourier(courier).positionAt, '1970-01-01T00:00:01.000Z');
});

test('a courier steers itself only, an operator any', () => {
  const base = { userId: ids.next('usr'), merchantIds: [] };
  const self = { ...base, role: 'courier', scope: 'own', courierIds: [courier.id] } as const;
  assert.equal(maySteer(self, courier.id), true);
  assert.equal(maySteer(self, ids.next('cou')), false);
  assert.equal(maySteer({ ...self, role: 'operator', scope: 'market', courierIds: [] }, courier.id), true);
  assert.equal(maySteer(undefined, courier.id), false);
});
