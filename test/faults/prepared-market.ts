import assert from 'node:assert/strict';
import {
  HOUR_MS,
  MINUTE_MS,
  ScaledClock,
  addMs,
  createIdSource,
  distanceMetres,
  seededRandom,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import { createCouriers } from '@halfhour/platform/couriers';
import { createDelivery } from '@halfhour/platform/delivery';
import { createMarkets } from '@halfhour/platform/markets';
import { type OrderRecord, createOrdering } from '@halfhour/platform/ordering';
import { createTestProvider } from '@halfhour/platform/payments';
import { migrateDatabase, startDatabase } from '../../apps/server/src/database.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { readSettings } from '../../apps/server/src/settings.ts';
import { type CityMarket, DOOR, insertCityMarket } from '../acceptance/city-market.ts';

const SHOPPERS = 16;
const COURIERS = 8;
const ROUTES_EACH = 6;
const ORDERS_A_ROUTE = 2;
/** So that an order whose payment is never answered is given up while the test still looks. */
export const PAYMENT_EXPIRY_SECONDS = 20;

export interface PreparedMarket {
  readonly market: CityMarket;
  /** Ready at the shop and on routes of the couriers, who are on shift. */
  readonly waiting: readonly OrderRecord[];
}

/**
 * Puts a market into a data folder that no server uses yet, with work for its couriers: in real time the
 * dispatcher would take minutes to give it, and without deliveries no money is posted that could be posted twice.
 */
export async function prepareMarket(
  folder: string,
  {
    paymentExpirySeconds = PAYMENT_EXPIRY_SECONDS,
    couriers: courierCount = COURIERS,
    routesEach = ROUTES_EACH,
  } = {},
): Promise<PreparedMarket> {
  const log = createLog({ level: 'silent' });
  const database = await startDatabase(readSettings({ data: folder }, {}), log);
  const { db } = database;
  try {
    await migrateDatabase(db, log);
    const clock = new ScaledClock(systemTicker, systemNow());
    // The server is node 0; ids of both must not meet.
    const ids = createIdSource(systemNow, 1);
    const market = await insertCityMarket(db, ids, clock.now(), {
      shoppers: SHOPPERS,
      couriers: courierCount,
      riceOnHand: 1_000_000,
      oilOnHand: 1_000_000,
      paymentExpirySeconds,
    });
    const { marketId } = market;
    const markets = createMarkets({ db });
    const onCommit = (): void => {};
    const ordering = createOrdering({
      db,
      clock,
      ticker: systemTicker,
      ids,
      random: seededRandom('codes'),
      markets,
      estimate: (_, from, to) => {
        const metres = Math.round(distanceMetres(from, to));
        return { metres, seconds: Math.round(metres / 5) };
      },
      provider: createTestProvider({ clock, secret: 'test', notify: () => {} }),
      onCommit,
    });
    const couriers = createCouriers({
      db,
      clock,
      ids,
      ticker: systemTicker,
      onError: (error) => {
        throw error;
      },
    });
    const delivery = createDelivery({ db, clock, ticker: systemTicker, ids, ordering, markets, onCommit });

    const basket = {
      storeId: market.shopId,
      lines: [{ offerId: market.oil.offerId, quantity: 1, options: [] }],
      address: DOOR,
      tipMinor: 50,
    };
    const quoted = await ordering.quote(marketId, basket);
    assert.ok(quoted.ok);
    const waiting = await Promise.all(
      Array.from({ length: courierCount * routesEach * ORDERS_A_ROUTE }, async (_, index) => {
        const placed = await ordering.placeOrder(marketId, {
          shopperId: market.shoppers[index % SHOPPERS]!.userId,
          command: { caller: 'prepared', key: `prepared-${index}`, bodyHash: '' },
          basket,
          expectedTotalMinor: quoted.value.totalMinor,
          paymentMethod: 'test_approve',
        });
        assert.ok(placed.ok);
        const orderId = placed.value.id;
        for (const kind of ['accept', 'ready'] as const) {
          assert.ok((await ordering.change(marketId, { kind, orderId, by: 'merchant' })).ok);
        }
        return placed.value;
      }),
    );
    const authority = {
      userId: market.operator.userId,
      role: 'operator',
      scope: 'market',
      merchantIds: [],
      courierIds: [],
    } as const;
    const shift = { position: { lat: 40.002, lng: 20 }, endsAt: addMs(clock.now(), 24 * HOUR_MS) };
    for (const courierId of market.courierIds) {
      assert.ok((await couriers.startShift(marketId, courierId, shift, authority)).ok);
    }
    const inMinutes = (minutes: number) => addMs(clock.now(), minutes * MINUTE_MS);
    const assigned = await delivery.assign(
      marketId,
      Array.from({ length: courierCount * routesEach }, (_, index) => ({
        courierId: market.courierIds[index % courierCount]!,
        storeId: market.shopId,
        pickupPlace: { label: 'Shop', lat: 40.002, lng: 20 },
        expectedPickupAt: inMinutes(5),
        drops: waiting
          .slice(index * ORDERS_A_ROUTE, (index + 1) * ORDERS_A_ROUTE)
          .map(({ id }) => ({ orderId: id, place: DOOR, expectedAt: inMinutes(15) })),
        payMinor: 900,
      })),
    );
    assert.ok(assigned.ok && assigned.value.every((each) => each.ok));
    await couriers.close();
    await ordering.drained();
    return { market, waiting };
  } finally {
    await database.close();
  }
}
