import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Offer, ROUTES } from '@halfhour/contract';
import { syntheticCity } from '@halfhour/engines/city';
import {
  createIdSource, epochMs, HOUR_MS, ManualClock, MINUTE_MS, seededRandom, type Ticker,
} from '@halfhour/kernel'; // prettier-ignore
import fc from 'fast-check';
import { buildDemoMarket } from '../build-demo-market.ts';
import { DEMAND_KINDS, ordersPerMinute } from '../demand.ts';
import { arrivalsInMinute } from './arrivals.ts';
import { fillBasket } from './fill-basket.ts';
import { createGate } from './gate.ts';
import { nextShift } from './next-shift.ts';
import { createReportPace } from './report-pace.ts';

const MONDAY = epochMs(Date.UTC(2026, 10, 23));

test('a minute has the same shoppers however often it is asked for', () => {
  const minute = epochMs(MONDAY + 20 * HOUR_MS);
  const shoppers = (): string[] =>
    arrivalsInMinute(minute, 'UTC', seededRandom(4), 9_000).map(({ moment, key }) => `${moment} ${key}`);
  assert.ok(shoppers().length > 0);
  assert.deepEqual(shoppers(), shoppers());
});

test('the shoppers of a day are as many as the demand curve says, give or take chance', () => {
  let expected = 0;
  let came = 0;
  for (let minute = 0; minute < 1440; minute++) {
    for (const kind of DEMAND_KINDS) expected += ordersPerMinute(kind, 1, minute);
    const moment = epochMs(MONDAY + minute * MINUTE_MS);
    for (const arrival of arrivalsInMinute(moment, 'UTC', seededRandom('day'), undefined)) {
      came += 1;
      assert.ok(arrival.moment >= moment && arrival.moment < moment + MINUTE_MS);
      assert.ok(`order-${arrival.key}-1`.length <= 64);
    }
  }
  // Four standard deviations of a Poisson count.
  assert.ok(Math.abs(came - expected) < 4 * Math.sqrt(expected), `${came} came, ${expected} expected`);
});

test('a basket fits the contract, the options, the stock and the minimum', () => {
  const ids = createIdSource(() => MONDAY, 1);
  const market = buildDemoMarket(syntheticCity(5, { blocks: 16 }), seededRandom(1), {
    stores: 30,
    couriers: 1,
    shoppers: 1,
  });
  const shelves = market.stores.map((store) => ({
    store,
    offers: store.offers.map(({ key: _key, onHand, ...offer }): Offer => ({
      ...offer,
      id: ids.next('off'),
      storeId: 'sto_0000000000001' as Offer['storeId'],
      articleId: ids.next('art'),
      available: true,
      optionGroups: [...offer.optionGroups],
      ...(onHand === undefined ? {} : { inStock: onHand }),
    })),
  }));
  const lineShape = ROUTES.createQuote.body.shape.lines;
  fc.assert(
    fc.property(fc.constantFrom(...shelves), fc.integer(), ({ store, offers }, seed) => {
      const lines = fillBasket(
        offers,
        store.kind === 'restaurant',
        store.minimumOrderMinor,
        seededRandom(seed),
      );
      lineShape.parse(lines);
      let totalMinor = 0;
      for (const line of lines) {
        const offer = offers.find((each) => each.id === line.offerId)!;
        assert.ok(line.quantity <= (offer.inStock ?? Infinity));
        totalMinor += line.quantity * offer.priceMinor;
        for (const group of offer.optionGroups) {
          const chosen = line.options.filter((option) => option.groupId === group.id);
          assert.ok(chosen.length >= group.minChoices && chosen.length <= group.maxChoices);
          assert.equal(new Set(chosen.map((option) => option.optionId)).size, chosen.length);
        }
      }
      assert.ok(totalMinor >= store.minimumOrderMinor);
    }),
  );
  assert.deepEqual(fillBasket([], true, 0, seededRandom(1)), []);
});

test('the shift that is on comes first, also one that began yesterday; one about to end is let go', () => {
  const shifts = [
    { weekday: 0, startMinute: 19 * 60, endMinute: 26 * 60 },
    { weekday: 1, startMinute: 12 * 60, endMinute: 15 * 60 },
  ];
  const at = (hours: number): number => MONDAY + hours * HOUR_MS;
  assert.deepEqual(nextShift(shifts, epochMs(at(1)), 'UTC'), { startsAt: at(-5), endsAt: at(2) });
  assert.deepEqual(nextShift(shifts, epochMs(at(2) - 5 * MINUTE_MS), 'UTC'), {
    startsAt: at(12),
    endsAt: at(15),
  });
  assert.deepEqual(nextShift(shifts, epochMs(at(16)), 'UTC'), {
    startsAt: at(6 * 24 + 19),
    endsAt: at(6 * 24 + 26),
  });
  assert.equal(nextShift([], MONDAY, 'UTC'), undefined);
});

test('ninety couriers report at most twenty times a second at any speed of the clock', () => {
  for (const speed of [1, 10, 120]) {
    let elapsed = 0;
    const ticker: Ticker = { elapsedMs: () => elapsed, after: () => () => {} };
    const clock = new ManualClock(MONDAY);
    const pace = createReportPace(clock, ticker, 20);
    for (let courier = 0; courier < 90; courier++) pace.join();
    pace.intervalMs();
    elapsed += 2_000;
    clock.advanceBy(2_000 * speed);
    const hostMs = pace.intervalMs() / speed;
    assert.ok(90 / (hostMs / 1_000) <= 20.01, `${90 / (hostMs / 1_000)} a second at speed ${speed}`);
    assert.ok(pace.intervalMs() >= 12_000);
    assert.equal(pace.mayReport(elapsed - 4_499), false);
    assert.equal(pace.mayReport(elapsed - 4_500), true);
  }
});

test('a gate lets so many in, so many wait, and turns the rest away', async () => {
  const gate = createGate(2, 1);
  let busy = 0;
  let most = 0;
  const leave: (() => void)[] = [];
  const visit = (): Promise<string | undefined> =>
    gate.run(async () => {
      most = Math.max(most, ++busy);
      await new Promise<void>((resolve) => leave.push(resolve));
      busy -= 1;
      return 'done';
    });
  const visits = [visit(), visit(), visit(), visit()];
  assert.equal(await visits[3], undefined);
  leave[0]!();
  assert.equal(await visits[0], 'done');
  await Promise.resolve();
  leave[1]!();
  leave[2]!();
  assert.deepEqual(await Promise.all(visits.slice(0, 3)), ['done', 'done', 'done']);
  assert.equal(most, 2);
});
