import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { ManualClock, createIdSource, epochMs } from '@halfhour/kernel';
import { createIdentity, createIdentityRoutes } from '@halfhour/platform/identity';
import { createTestDatabase } from '@halfhour/platform/testing';
import { startTestApp } from './test-app.ts';

const db = await createTestDatabase();
const clock = new ManualClock(epochMs(1_780_000_000_000));
const ids = createIdSource(() => clock.now(), 1);
const identity = createIdentity({ db, clock, ids, secrets: { bytes: randomBytes } });
const server = await startTestApp({
  identity,
  handlers: createIdentityRoutes(identity),
  checkAnswers: true,
  limits: { signInsPerMinute: 5 },
  trustProxy: '127.0.0.1',
});
after(() => server.stop());

const json = { 'content-type': 'application/json' };
const person = { name: 'Ana', email: 'ana@example.com', password: 'correct horse battery' };
const cookieOf = (response: Response): string => response.headers.get('set-cookie') ?? '';
const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

test('signing up, signing in, asking who I am, signing out', async () => {
  const signedUp = await send('/v1/users', person);
  assert.equal(signedUp.status, 201);
  const twice = await send('/v1/users', person);
  assert.equal(((await twice.json()) as { code: string }).code, 'already_exists');
  const signedIn = await send('/v1/sessions', { email: person.email, password: person.password });
  const { token, user } = (await signedIn.json()) as { token: string; user: { id: string; email: string } };
  assert.match(
    cookieOf(signedIn),
    /^halfhour_session=hh_ses_[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const cookie = cookieOf(signedIn).split(';')[0]!;
  for (const headers of [{ cookie }, { authorization: `Bearer ${token}` }]) {
    const me = await fetch(`${server.url}/v1/me`, { headers });
    assert.deepEqual(await me.json(), user);
  }
  const out = await fetch(`${server.url}/v1/sessions/current`, {
    method: 'DELETE',
    headers: { cookie, origin: server.url, 'sec-fetch-site': 'same-origin' },
  });
  assert.equal(out.status, 204);
  assert.match(cookieOf(out), /^halfhour_session=; .*Expires=Thu, 01 Jan 1970/);
  assert.equal((await fetch(`${server.url}/v1/me`, { headers: { cookie } })).status, 401);
});

test('a key made by a session works by itself until it is revoked', async () => {
  const { token } = (await (await send('/v1/users', { ...person, email: 'bea@example.com' })).json()) as {
    token: string;
  };
  const bearer = { authorization: `Bearer ${token}` };
  const key = (await (await send('/v1/api-keys', { name: 'till' }, bearer)).json()) as {
    id: string;
    secret: string;
  };
  const withKey = { headers: { authorization: `Bearer ${key.secret}` } };
  assert.equal((await fetch(`${server.url}/v1/me`, withKey)).status, 200);
  const revoked = await fetch(`${server.url}/v1/api-keys/${key.id}`, { method: 'DELETE', headers: bearer });
  assert.equal(revoked.status, 204);
  assert.equal((await fetch(`${server.url}/v1/me`, withKey)).status, 401);
});

test('a sign-in link signs in once and leaves no trace of itself', async () => {
  const { user } = (await (await send('/v1/users', { ...person, email: 'caro@example.com' })).json()) as {
    user: { id: `usr_${string}` };
  };
  const link = `${server.url}/?signin=${await identity.createSignInLink(user.id as never)}`;
  const previewed = await fetch(link, { method: 'HEAD' });
  assert.equal(cookieOf(previewed), '');
  const used = await fetch(link, { redirect: 'manual' });
  assert.deepEqual([used.status, used.headers.get('location')], [303, '/']);
  assert.deepEqual(
    [used.headers.get('cache-control'), used.headers.get('referrer-policy')],
    ['no-store', 'no-referrer'],
  );
  const me = await fetch(`${server.url}/v1/me`, { headers: { cookie: cookieOf(used).split(';')[0]! } });
  assert.equal(((await me.json()) as { id: string }).id, user.id);
  const again = await fetch(link, { redirect: 'manual' });
  assert.equal(again.status, 410);
  assert.equal(cookieOf(again), '');
  await server.lineOf(again);
  assert.doesNotMatch(JSON.stringify(server.logged()), /hh_lnk_/);
});

test('over https the cookie is secure', async () => {
  const signedUp = await send(
    '/v1/users',
    { ...person, email: 'dora@example.com' },
    { 'x-forwarded-proto': 'https' },
  );
  assert.match(cookieOf(signedUp), /; Secure/);
});

test('one address may try to sign in only so often, whoever as', async () => {
  const from = { 'x-forwarded-for': '203.0.113.7' };
  const statuses: number[] = [];
  for (let count = 0; count < 6; count++) {
    const tried = await send('/v1/sessions', { email: `x${count}@example.com` }, from);
    statuses.push(tried.status);
    if (tried.status === 429) {
      assert.ok(Number(tried.headers.get('retry-after')) > 0);
      assert.equal(((await tried.json()) as { code: string }).code, 'too_many_requests');
    }
  }
  assert.deepEqual(statuses, [400, 400, 400, 400, 400, 429]);
});

test('a page of another site can neither sign in nor sign up for its visitor', async () => {
  const foreign = await send(
    '/v1/sessions',
    { email: 'a@b.example', password: 'x' },
    { origin: 'https://evil.example' },
  );
  assert.equal(foreign.status, 403);
});
