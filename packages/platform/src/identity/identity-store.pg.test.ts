import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { DAY_MS, ManualClock, SECOND_MS, createIdSource, epochMs } from '@halfhour/kernel';
import { createTestDatabase } from '../testing/index.ts';
import {
  type SecretSource,
  createIdentity,
  createIdentityRoutes,
  drawToken,
  hashPassword,
  insertApiKeys,
  insertUsers,
} from './index.ts';

const secrets: SecretSource = { bytes: randomBytes };
const db = await createTestDatabase();
const clock = new ManualClock(epochMs(1_780_000_000_000));
const ids = createIdSource(() => clock.now(), 1);
const identity = createIdentity({ db, clock, ids, secrets });
/** Another process: what one revokes the other learns when its cache runs out. */
const elsewhere = createIdentity({ db, clock, ids, secrets });

const password = 'correct horse battery';
const signUp = async (email: string) => {
  const signedUp = await identity.signUp({ name: 'Ana', email, password });
  assert.ok(signedUp.ok);
  return signedUp.value;
};

test('who signs up is a shopper, signed in, and can sign in again however the address is written', async () => {
  const { token, user } = await signUp('Ana@Example.com');
  assert.deepEqual(user.grants, [{ role: 'shopper' }]);
  assert.match(token, /^hh_ses_[\w-]{43}$/);
  assert.deepEqual(await identity.authenticate(token), { userId: user.id, grants: user.grants });
  const again = await identity.signIn({ email: ' ana@example.COM', password, address: '127.0.0.1' });
  assert.ok(again.ok && again.value.user.id === user.id && again.value.token !== token);
  const twice = await identity.signUp({ name: 'Eve', email: 'ANA@example.com', password });
  assert.ok(!twice.ok && twice.error.code === 'already_exists');
});

test('an unknown user and a wrong password give the same answer', async () => {
  await signUp('bea@example.com');
  for (const attempt of [
    { email: 'nobody@example.com', password },
    { email: 'bea@example.com', password: 'wrong horse battery' },
  ]) {
    const answer = await identity.signIn({ ...attempt, address: '127.0.0.1' });
    assert.deepEqual(answer, { ok: false, error: { code: 'wrong_credentials' } });
  }
});

test('of eleven tries at once ten are made and one is refused with the seconds to wait', async () => {
  const attempt = { email: 'caro@example.com', password: 'a guess', address: '10.0.0.9' };
  const answers = await Promise.all(Array.from({ length: 11 }, () => identity.signIn(attempt)));
  assert.deepEqual(
    answers.filter((answer) => !answer.ok && answer.error.code !== 'wrong_credentials'),
    [{ ok: false, error: { code: 'too_many_requests', retryAfterSeconds: 60 } }],
  );
});

test('no token, password or link can be read from the database', async () => {
  const { token, user } = await signUp('dora@example.com');
  const key = await identity.createKey(user.id, 'laptop');
  const link = await identity.createSignInLink(user.id);
  assert.ok(key.ok);
  const stored = JSON.stringify(
    await Promise.all(
      ['user_account', 'session', 'api_key', 'sign_in_link'].map((table) =>
        db.query(`select to_jsonb(t) as row from identity.${table} as t`),
      ),
    ),
  );
  for (const secret of [token, key.value.secret, link, password]) {
    assert.ok(!stored.includes(secret));
    assert.ok(!stored.includes(Buffer.from(secret).toString('hex')));
  }
});

test('a session lives on while it is used and ends fourteen days after', async () => {
  const { token } = await signUp('elsa@example.com');
  for (let day = 0; day < 30; day += 10) {
    clock.advanceBy(10 * DAY_MS);
    assert.ok(await identity.authenticate(token));
  }
  clock.advanceBy(15 * DAY_MS);
  assert.equal(await identity.authenticate(token), undefined);
  assert.ok((await identity.forgetExpired(1_000)) > 0);
  assert.equal(await identity.forgetExpired(1_000), 0);
});

test('signing out ends the session here at once, and elsewhere within ten seconds', async () => {
  const { token } = await signUp('fina@example.com');
  assert.ok(await elsewhere.authenticate(token));
  await identity.signOut(token);
  assert.equal(await identity.authenticate(token), undefined);
  clock.advanceBy(10 * SECOND_MS);
  assert.equal(await elsewhere.authenticate(token), undefined);
});

test('a token read while it is being revoked is not remembered', async () => {
  const { user } = await signUp('gala@example.com');
  const key = await identity.createKey(user.id, 'racing');
  assert.ok(key.ok);
  await Promise.all([
    ...Array.from({ length: 20 }, () => identity.authenticate(key.value.secret)),
    identity.revokeKey(user.id, key.value.id),
  ]);
  assert.equal(await identity.authenticate(key.value.secret), undefined);
});

test('an API key holds what its user holds, is listed without its secret, and only its user can revoke it', async () => {
  const { user } = await signUp('hana@example.com');
  const other = await signUp('iris@example.com');
  const routes = createIdentityRoutes(identity);
  const asked = {
    params: undefined,
    query: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
    authority: {
      userId: user.id,
      role: 'shopper',
      scope: 'own',
      merchantIds: [],
      courierIds: [],
    },
  } as const;
  const created = await routes.createApiKey({ ...asked, body: { name: 'till' } });
  assert.ok(created.ok);
  const { secret, ...listed } = created.value;
  assert.deepEqual(await identity.authenticate(secret), { userId: user.id, grants: [{ role: 'shopper' }] });
  assert.equal(listed.lastFour, secret.slice(-4));
  const list = await routes.listApiKeys({ ...asked, body: undefined });
  assert.deepEqual(list, { ok: true, value: { items: [listed] } });
  const revoke = { ...asked, params: { apiKeyId: listed.id }, body: undefined };
  const byOther = await routes.revokeApiKey({
    ...revoke,
    authority: { ...asked.authority, userId: other.user.id },
  });
  assert.ok(!byOther.ok && byOther.error.code === 'not_found');
  assert.ok((await routes.revokeApiKey(revoke)).ok);
  assert.equal(await identity.authenticate(secret), undefined);
});

test('a sign-in link works once, for one of those who use it at the same time, and within a day', async () => {
  const { user } = await signUp('juno@example.com');
  const link = await identity.createSignInLink(user.id);
  const uses = await Promise.all(Array.from({ length: 5 }, () => identity.consumeSignInLink(link)));
  const [signedIn] = uses.filter((use) => use !== undefined);
  assert.equal(uses.filter((use) => use !== undefined).length, 1);
  assert.equal((await identity.authenticate(signedIn!.token))?.userId, user.id);
  assert.equal(await identity.authenticate(link), undefined, 'a link is no session');
  const late = await identity.createSignInLink(user.id);
  clock.advanceBy(DAY_MS);
  assert.equal(await identity.consumeSignInLink(late), undefined);
});

test('thousands of users with grants and keys are inserted in a few statements', async () => {
  const market = ids.next('mkt');
  const drafts = Array.from({ length: 3_000 }, (_, index) => ({
    id: ids.next('usr'),
    name: `Courier ${index}`,
    grants: [{ role: 'courier', marketId: market, courierId: ids.next('cou') } as const],
  }));
  const tokens = drafts.map(() => drawToken(secrets, 'key'));
  await db.transaction(async (tx) => {
    const inserted = await insertUsers(tx, clock.now(), drafts);
    assert.ok(inserted.every(Boolean));
    await insertApiKeys(
      tx,
      clock.now(),
      drafts.map((draft, index) => ({
        id: ids.next('api'),
        userId: draft.id,
        name: 'seed',
        token: tokens[index]!,
      })),
    );
  });
  const caller = await identity.authenticate(tokens[2_999]!);
  assert.deepEqual(caller, { userId: drafts[2_999]!.id, grants: drafts[2_999]!.grants });
});

test('Postgres refuses a grant that names no market or nobody', async () => {
  for (const grant of [
    { role: 'operator' },
    { role: 'merchant', marketId: ids.next('mkt') },
    { role: 'courier', courierId: ids.next('cou') },
  ] as const) {
    const draft = { id: ids.next('usr'), name: 'Nobody', grants: [grant] };
    await assert.rejects(db.transaction((tx) => insertUsers(tx, clock.now(), [draft])));
  }
});

test('a seeded password signs in', async () => {
  const draft = {
    id: ids.next('usr'),
    name: 'Operator',
    email: 'kim@example.com',
    passwordHash: await hashPassword(password, secrets),
    grants: [{ role: 'admin' } as const],
  };
  await db.transaction((tx) => insertUsers(tx, clock.now(), [draft]));
  const signedIn = await identity.signIn({ email: 'kim@example.com', password, address: '::1' });
  assert.ok(signedIn.ok && signedIn.value.user.id === draft.id);
});
