import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type MerchantId,
  circlePolygon,
  createIdSource,
  epochMs,
  fromRfc3339,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { type StoreRecord, deliversTo, isOpenAt, mayChange, opensAt, toStore } from './store.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const zone = 'America/Montevideo';
const centre = { lat: -34.9, lng: -56.16 };
const store: StoreRecord = {
  id: ids.next('sto'),
  marketId: ids.next('mkt'),
  merchantId: ids.next('mer'),
  name: 'La Esquina',
  kind: 'restaurant',
  address: { label: 'Bulevar España 2000', ...centre },
  status: 'open',
  hours: [{ weekday: 1, opensMinute: 600, closesMinute: 660 }],
  zone: circlePolygon(centre, 2_000),
  preparationSeconds: 900,
  minimumOrderMinor: 0,
};
const monday = fromRfc3339('2026-11-23T10:00:00-03:00')!;

test('a store is open while its status and its hours both say so', () => {
  assert.equal(isOpenAt(store, monday, zone), true);
  assert.equal(isOpenAt({ ...store, status: 'paused' }, monday, zone), false);
  assert.equal(isOpenAt(store, epochMs(monday - 1), zone), false);
});

test('nobody can say when a paused store opens', () => {
  assert.equal(opensAt({ ...store, status: 'paused' }, monday, zone), undefined);
  assert.equal(opensAt(store, epochMs(monday - 1), zone), monday);
});

test('the API shows the next opening only while the store is closed', () => {
  assert.equal(toStore(store, monday, zone).opensAt, undefined);
  const before = toStore(store, epochMs(monday - 3_600_000), zone);
  assert.equal(before.openNow, false);
  assert.equal(before.opensAt, toRfc3339(monday));
});

test('the zone decides who is delivered to', () => {
  assert.equal(deliversTo(store, { lat: centre.lat + 0.01, lng: centre.lng }), true);
  assert.equal(deliversTo(store, { lat: centre.lat + 0.03, lng: centre.lng }), false);
});

test('a merchant may change its own stores only, an operator any', () => {
  const as = (scope: Authority['scope'], merchantIds: MerchantId[]): Authority => ({
    userId: ids.next('usr'),
    role: scope === 'own' ? 'merchant' : 'operator',
    scope,
    merchantIds,
    courierIds: [],
  });
  assert.equal(mayChange(as('own', [store.merchantId]), store), true);
  assert.equal(mayChange(as('own', [ids.next('mer')]), store), false);
  assert.equal(mayChange(as('market', []), store), true);
  assert.equal(mayChange(undefined, store), false);
});
