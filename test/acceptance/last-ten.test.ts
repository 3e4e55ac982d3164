import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { selectStock } from '@halfhour/platform/inventory';
import { DOOR } from './city-market.ts';
import { send, servePlatform } from './platform.ts';
import { assertSound } from './soundness.ts';

const SHOPPERS = 100;
const LEFT = 10;

const { url, db, market } = await servePlatform({ shoppers: SHOPPERS, oilOnHand: LEFT });

test('of 100 shoppers who race for the last 10 of an article exactly 10 get it', async () => {
  const basket = {
    storeId: market.shopId,
    lines: [{ offerId: market.oil.offerId, quantity: 1 }],
    address: DOOR,
  };
  const quote = await send<{ totalMinor: number }>(url, {
    method: 'POST',
    path: `${market.path}/quotes`,
    body: basket,
  });
  assert.equal(quote.status, 200);

  const answers = await Promise.all(
    market.shoppers.map(({ token }, index) =>
      send<Partial<Order> & { code?: string; hint?: string; lines?: unknown }>(url, {
        method: 'POST',
        path: `${market.path}/orders`,
        token,
        key: `last-ten-${index}`,
        body: {
          ...basket,
          expectedTotalMinor: quote.body.totalMinor,
          payment: { method: 'test_approve' },
        },
      }),
    ),
  );

  const got = answers.filter(({ status }) => status === 201);
  const late = answers.filter(({ status }) => status !== 201);
  assert.equal(got.length, LEFT);
  assert.equal(new Set(got.map(({ body }) => body.id)).size, LEFT);
  assert.ok(got.every(({ body }) => body.state === 'placed'));
  for (const { status, body } of late) {
    assert.deepEqual([status, body.code], [409, 'out_of_stock']);
    assert.deepEqual(body.lines, [{ line: 0, offerId: market.oil.offerId, available: 0 }]);
  }

  const stock = await selectStock(db, market.marketId, market.shopId, [market.oil.articleId]);
  assert.deepEqual(stock.get(market.oil.articleId), { onHand: LEFT, reserved: LEFT });
  const shown = await send<{ items: { id: string; inStock: number }[] }>(url, {
    method: 'GET',
    path: `${market.path}/stores/${market.shopId}/offers`,
  });
  assert.equal(shown.body.items.find(({ id }) => id === market.oil.offerId)?.inStock, 0);
  await assertSound(db, market.marketId);
});
