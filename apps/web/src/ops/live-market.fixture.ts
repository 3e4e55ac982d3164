import type { Courier, LiveSnapshot, OrderSummary } from '@halfhour/contract';
import { idFromKey } from '@halfhour/kernel';

/** Small live markets for the tests of this folder. */

export const NOW = '2026-11-23T15:00:00.000Z';

export function anOrder(key: number, part: Partial<OrderSummary> = {}): OrderSummary {
  return {
    id: idFromKey('ord', BigInt(key)),
    state: 'placed',
    storeId: idFromKey('sto', 1n),
    address: { label: `Calle ${key}`, lat: -34.9, lng: -56.16 },
    lineCount: 2,
    totalMinor: 45_000,
    placedAt: NOW,
    promiseLatest: '2026-11-23T15:30:00.000Z',
    risk: 'on_time',
    ...part,
  };
}

export function aCourier(key: number, part: Partial<Courier> = {}): Courier {
  return {
    id: idFromKey('cou', BigInt(key)),
    name: `Courier ${key}`,
    vehicle: 'bicycle',
    status: 'idle',
    position: { lat: -34.9, lng: -56.16 },
    positionAt: NOW,
    load: 0,
    ...part,
  };
}

export function aSnapshot(part: Partial<LiveSnapshot>): LiveSnapshot {
  return {
    market: {
      id: idFromKey('mkt', 1n),
      slug: 'montevideo',
      name: 'Montevideo',
      currency: 'UYU',
      timeZone: 'America/Montevideo',
      languages: ['es', 'en'],
      centre: { lat: -34.9, lng: -56.16 },
      bounds: { south: -34.95, west: -56.25, north: -34.85, east: -56.05 },
      attribution: '© OpenStreetMap contributors',
      sandbox: false,
    },
    clock: { now: NOW, speed: 1, adjustable: true },
    stores: [
      {
        id: idFromKey('sto', 1n),
        name: 'La Pasiva',
        kind: 'restaurant',
        address: { label: 'Plaza Matriz', lat: -34.906, lng: -56.204 },
        status: 'open',
        openNow: true,
      },
    ],
    couriers: [],
    orders: [],
    figures: {
      orders: 0,
      open: 0,
      delivered: 0,
      cancelled: 0,
      couriersOnShift: 0,
      couriersBusy: 0,
      grossMinor: 0,
    },
    position: '0',
    ...part,
  };
}
