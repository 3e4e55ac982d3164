import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ROUTES } from '@halfhour/contract';
import { idFromKey } from '@halfhour/kernel';
import { ACTORS, type AccessFixture, accessCases, callCase } from './access-cases.ts';
import { startTestApp } from './test-app.ts';

const server = await startTestApp();
after(() => server.stop());

const marketId = idFromKey('mkt', 1n);
const merchantId = idFromKey('mer', 1n);
const courierId = idFromKey('cou', 1n);
const fixture: AccessFixture = {
  marketId,
  merchantId,
  courierId,
  storeId: idFromKey('sto', 1n),
  articleId: idFromKey('art', 1n),
  offerId: idFromKey('off', 1n),
  orderId: idFromKey('ord', 1n),
  paymentExceptionId: idFromKey('exc', 9n),
  routeId: idFromKey('rte', 1n),
  apiKeyId: idFromKey('api', 1n),
  webhookId: idFromKey('whk', 1n),
  messageId: idFromKey('msg', 1n),
  userId: idFromKey('usr', 1n),
  caseId: idFromKey('cas', 1n),
  compensationId: idFromKey('cmp', 1n),
  runId: idFromKey('srn', 12n),
  settlementId: idFromKey('stl', 13n),
  payoutId: idFromKey('pyo', 14n),
  invoiceId: idFromKey('inv', 15n),
  shiftId: idFromKey('shf', 16n),
  tokens: {
    shopper: server.tokenOf({ role: 'shopper' }),
    otherShopper: server.tokenOf({ role: 'shopper' }),
    merchant: server.tokenOf({ role: 'merchant', marketId, merchantId }),
    otherMerchant: server.tokenOf({ role: 'merchant', marketId, merchantId: idFromKey('mer', 2n) }),
    courier: server.tokenOf({ role: 'courier', marketId, courierId }),
    otherCourier: server.tokenOf({ role: 'courier', marketId, courierId: idFromKey('cou', 2n) }),
    support: server.tokenOf({ role: 'support', marketId }),
    otherSupport: server.tokenOf({ role: 'support', marketId: idFromKey('mkt', 2n) }),
    operator: server.tokenOf({ role: 'operator', marketId }),
    otherOperator: server.tokenOf({ role: 'operator', marketId: idFromKey('mkt', 2n) }),
    admin: server.tokenOf({ role: 'admin' }),
  },
};
const cases = accessCases(ROUTES, fixture);
/** The server answers these itself. */
const OWN = new Set(['createSession', 'createUser', 'deleteSession']);

for (const route of Object.keys(ROUTES)) {
  test(`${route} reaches its handler as those whom the contract names, and as nobody else`, async () => {
    for (const each of cases.filter((one) => one.route === route)) {
      const before = server.calls.length;
      const { status, code } = await callCase(server.url, each);
      const called = server.calls.slice(before).map((call) => call.route);
      const said = `${each.actor}: ${status} ${code}`;
      if (each.expected === 'unauthenticated' || each.expected === 'forbidden') {
        assert.deepEqual([status, code], [each.expected === 'forbidden' ? 403 : 401, each.expected], said);
        assert.deepEqual(called, [], said);
      } else {
        assert.ok(code !== 'unauthenticated' && code !== 'forbidden', said);
        assert.deepEqual(called, OWN.has(route) ? [] : [route], said);
        const { authority } = server.calls.at(-1)?.request ?? {};
        if (each.expected === 'hidden') assert.equal(authority?.scope, 'own', said);
      }
    }
  });
}

test('every actor is refused somewhere and, but for nobody, admitted to what is not public', () => {
  for (const actor of ACTORS) {
    const own = cases.filter((one) => one.actor === actor && ROUTES[one.route].access !== 'public');
    const expected = new Set(own.map((one) => one.expected));
    assert.ok(actor === 'nobody' ? expected.has('unauthenticated') : expected.has('admitted'), actor);
    assert.ok(
      [...expected].some((one) => one !== 'admitted'),
      actor,
    );
  }
});
