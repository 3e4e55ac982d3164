import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HalfhourProcess, dataFolder, startHalfhour } from '../halfhour-process.ts';
import { send } from '../acceptance/platform.ts';
import { until } from './several.ts';

const folder = await dataFolder();
const CENTRE = { lat: 40, lng: 20 };

async function run(...args: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const command: HalfhourProcess = startHalfhour([...args, '--data', folder]);
  const { code } = await command.ended(60_000);
  return { code, said: command.output() };
}

async function succeed(...args: string[]): Promise<string> {
  const { code, said } = await run(...args);
  assert.equal(code, 0, said);
  return said;
}

async function refuse(words: RegExp, ...args: string[]): Promise<void> {
  const { code, said } = await run(...args);
  assert.equal(code, 1, said);
  assert.match(said, words);
  assert.doesNotMatch(said, /\n {4}at /, 'in words and not as a stack');
}

const market = ['market', 'create', '--name', 'Ciudad Vieja', '--currency', 'UYU', '--map', 'synthetic:1'];

test('what cannot be set up is refused with what to do', async () => {
  await refuse(
    /no market "nowhere".*none yet.*market create/,
    'operator',
    'create',
    '--market',
    'nowhere',
    '--name',
    'Ana',
  );
  await refuse(/--currency must be an ISO 4217/, ...market.with(5, 'PESO'));
  await refuse(/--centre 0,0 is not on the map/, ...market, '--centre', '0,0');
  await refuse(/--time-zone must be an IANA name/, ...market, '--time-zone', 'Mars/Olympus');
  await refuse(
    /--delivery-fee must be an amount in UYU with 2 decimals/,
    ...market,
    '--delivery-fee',
    '1.234',
  );
  await refuse(/--commission must be a percentage/, ...market, '--commission', '101');
  await refuse(/--courier-terms cannot be used/, ...market, '--courier-terms', '{"waiting":{}}');
  await refuse(/--courier-terms cannot be used/, ...market, '--courier-terms', 'much');
  await refuse(/There is no city map "atlantis"/, ...market.with(7, 'atlantis'));
});

test('a sandbox is made with what an integrator needs, and a key for it', async () => {
  const server = startHalfhour(['serve', '--port', '0', '--data', folder], { HALFHOUR_LOG_LEVEL: 'info' });
  const [, url] = await server.printed(/"event":"listening","url":"([^"]+)"/, 60_000);
  const made = await succeed(...market.with(3, 'Try it'), '--sandbox');
  const marketId = /(mkt_[0-9a-v]{13})/.exec(made)![1]!;
  const token = /API key +(hh_key_\S+)/.exec(made)![1]!;
  const me = await send<{ grants: unknown }>(url!, { method: 'GET', path: '/v1/me', token });
  assert.deepEqual(me.body.grants, [
    { role: 'operator', marketId },
    { role: 'shopper', marketId },
  ]);
  const path = `/v1/markets/${marketId}`;
  const shown = await send<{ sandbox: boolean }>(url!, { method: 'GET', path });
  assert.equal(shown.body.sandbox, true);
  const stores = await send<{ items: unknown[] }>(url!, { method: 'GET', path: `${path}/stores` });
  assert.equal(stores.body.items.length, 1);
  const couriers = await send<{ items: unknown[] }>(url!, { method: 'GET', path: `${path}/couriers`, token });
  assert.equal(couriers.body.items.length, 10);
  server.send('SIGINT');
  assert.equal((await server.ended(20_000)).code, 0);
});

test('an empty installation is brought to life, while the server runs, up to an order', async () => {
  const server = startHalfhour(['serve', '--port', '0', '--data', folder], { HALFHOUR_LOG_LEVEL: 'info' });
  const [, url] = await server.printed(/"event":"listening","url":"([^"]+)"/, 60_000);
  const base = url!;

  const made = await succeed(...market, '--centre', '40,20', '--delivery-fee', '69.50', '--tax', '22,10');
  const marketId = /(mkt_[0-9a-v]{13})/.exec(made)![1]!;
  assert.match(made, /UYU\s69\.50/);
  await refuse(/There is a market "ciudad-vieja" already/, ...market);

  // The operator signs in with the link, once.
  const operator = await succeed(
    'operator',
    'create',
    '--market',
    'ciudad-vieja',
    '--name',
    'Ana',
    '--email',
    'ana@example.org',
    '--url',
    base,
  );
  const link = /Sign in +(\S+)/.exec(operator)![1]!;
  assert.ok(link.startsWith(`${base}/?signin=hh_lnk_`));
  const signedIn = await fetch(link, { redirect: 'manual' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0];
  assert.ok(cookie !== undefined, `no session: ${signedIn.status}`);
  const me = await fetch(`${base}/v1/me`, { headers: { cookie } });
  const { grants } = (await me.json()) as { grants: unknown };
  assert.deepEqual(grants, [{ role: 'operator', marketId }]);
  assert.equal((await fetch(link, { redirect: 'manual' })).headers.get('set-cookie'), null);
  await refuse(
    /e-mail address ANA@example.org already/,
    'operator',
    'create',
    '--market',
    marketId,
    '--name',
    'Ana',
    '--email',
    'ANA@example.org',
  );

  const merchant = await succeed('merchant', 'create', '--market', 'ciudad-vieja', '--name', 'La Pasiva');
  const merchantId = /(mer_[0-9a-v]{13})/.exec(merchant)![1]!;
  const merchantKey = /(hh_key_\S+)/.exec(merchant)![1]!;
  const path = `/v1/markets/${marketId}`;
  const store = await send<{ id: string }>(base, {
    method: 'POST',
    path: `${path}/stores`,
    token: merchantKey,
    key: 'first-store',
    body: {
      merchantId,
      name: 'La Pasiva, Elm Avenue',
      kind: 'restaurant',
      address: { label: 'Elm Avenue 1', ...CENTRE },
      hours: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 })),
      zone: [
        { lat: 39.97, lng: 19.97 },
        { lat: 39.97, lng: 20.03 },
        { lat: 40.03, lng: 20.03 },
        { lat: 40.03, lng: 19.97 },
      ],
      preparationSeconds: 600,
      minimumOrderMinor: 0,
    },
  });
  assert.equal(store.status, 201, JSON.stringify(store.body));
  const offer = await send<{ id: string }>(base, {
    method: 'POST',
    path: `${path}/stores/${store.body.id}/offers`,
    token: merchantKey,
    key: 'first-offer',
    body: { names: { en: 'Chivito' }, category: 'Plates', taxClass: 'standard', priceMinor: 45_000 },
  });
  assert.equal(offer.status, 201, JSON.stringify(offer.body));

  const courier = await succeed(
    'courier',
    'create',
    '--market',
    'ciudad-vieja',
    '--name',
    'Beto',
    '--vehicle',
    'bicycle',
  );
  const courierId = /(cou_[0-9a-v]{13})/.exec(courier)![1]!;
  const shift = await send<{ status: string }>(base, {
    method: 'POST',
    path: `${path}/couriers/${courierId}/shifts`,
    token: /(hh_key_\S+)/.exec(courier)![1]!,
    key: 'first-shift',
    body: { position: CENTRE, endsAt: new Date(Date.now() + 3_600_000).toISOString() },
  });
  assert.deepEqual([shift.status, shift.body.status], [201, 'idle']);

  const shopper = await send<{ token: string }>(base, {
    method: 'POST',
    path: '/v1/users',
    body: { name: 'Carla', email: 'carla@example.org', password: 'a long password' },
  });
  assert.equal(shopper.status, 201, JSON.stringify(shopper.body));
  const basket = {
    storeId: store.body.id,
    lines: [{ offerId: offer.body.id, quantity: 1 }],
    address: { label: 'Birch Street 12', lat: 40.006, lng: 20.004 },
  };
  const quote = await send<{ totalMinor: number; deliveryFeeMinor: number }>(base, {
    method: 'POST',
    path: `${path}/quotes`,
    body: basket,
  });
  assert.deepEqual([quote.status, quote.body.deliveryFeeMinor], [200, 6_950]);
  const placed = await send<{ id: string; state: string }>(base, {
    method: 'POST',
    path: `${path}/orders`,
    token: shopper.body.token,
    key: 'first-order',
    body: { ...basket, expectedTotalMinor: quote.body.totalMinor, payment: { method: 'test_approve' } },
  });
  assert.deepEqual([placed.status, placed.body.state], [201, 'placed']);
  // The operator's live view has all of it.
  const live = await until(
    'shown',
    async () =>
      (await (await fetch(`${base}${path}/live`, { headers: { cookie } })).json()) as {
        orders: unknown[];
        couriers: unknown[];
      },
    ({ orders, couriers }) => orders.length === 1 && couriers.length === 1,
  );
  assert.ok(JSON.stringify(live).includes(placed.body.id));

  server.send('SIGTERM');
  assert.equal((await server.ended(30_000)).code, 0);
});
