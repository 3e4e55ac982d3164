import { type MarketId, basisPoints, currency } from '@halfhour/kernel';
import type { MarketRecord } from './market.ts';

/** A market with believable terms, for tests and examples of every module; `changes` replaces what matters. */
export function exampleMarket(id: MarketId, changes: Partial<MarketRecord> = {}): MarketRecord {
  return {
    id,
    slug: id,
    name: 'Montevideo',
    currency: currency('UYU'),
    timeZone: 'America/Montevideo',
    languages: ['es', 'en', 'zh'],
    centre: { lat: -34.9, lng: -56.16 },
    bounds: { south: -34.95, west: -56.3, north: -34.8, east: -56 },
    attribution: '© OpenStreetMap contributors',
    mapSource: 'synthetic:1',
    sandbox: false,
    policy: {
      commissionBp: basisPoints(2_000),
      serviceFeeBp: basisPoints(500),
      deliveryFeeMinor: 7_900,
      deliveryFeePerKmMinor: 1_500,
      freeDistanceMetres: 2_000,
      taxBp: { standard: basisPoints(2_200), reduced: basisPoints(1_000), exempt: basisPoints(0) },
      courierPayPerOrderMinor: 9_000,
      courierPayPerKmMinor: 1_200,
      promiseWindowSeconds: 600,
      paymentExpirySeconds: 300,
    },
    ...changes,
  };
}
