import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Access, type Grant, type RouteContract, type Scope, ROUTES } from '@halfhour/contract';
import { idFromKey } from '@halfhour/kernel';
import { decideAuthority } from './access.ts';

const here = idFromKey('mkt', 1n);
const there = idFromKey('mkt', 2n);
const userId = idFromKey('usr', 3n);
const merchantId = idFromKey('mer', 4n);
const courierId = idFromKey('cou', 5n);

const shopper: Grant = { role: 'shopper' };
const merchant: Grant = { role: 'merchant', marketId: here, merchantId };
const courier: Grant = { role: 'courier', marketId: here, courierId };
const support: Grant = { role: 'support', marketId: here };
const operator: Grant = { role: 'operator', marketId: here };
const admin: Grant = { role: 'admin' };

const everyone = {
  shopper: 'own',
  merchant: 'own',
  courier: 'own',
  operator: 'market',
  admin: 'all',
} as const;
const decide = (access: Access, grants: readonly Grant[] | undefined, marketId?: typeof here) =>
  decideAuthority(
    { access },
    grants === undefined ? undefined : { userId, grants },
    marketId === undefined ? {} : { marketId },
  );
const roleOf = (decision: ReturnType<typeof decide>): string =>
  decision.kind === 'allowed' ? `${decision.authority?.role} ${decision.authority?.scope}` : decision.code;

test('nobody may call what is not public', () => {
  assert.equal(roleOf(decide(everyone, undefined, here)), 'unauthenticated');
  assert.deepEqual(decide('public', undefined, here), { kind: 'allowed', authority: undefined });
});

test('a role that the route does not name may not call, and is told which may', () => {
  assert.deepEqual(decide({ operator: 'market', admin: 'all' }, [shopper, merchant], here), {
    kind: 'refused',
    code: 'forbidden',
    roles: ['operator', 'admin'],
  });
  assert.equal(roleOf(decide({}, [admin], here)), 'forbidden');
  assert.equal(roleOf(decide(everyone, [], here)), 'forbidden');
});

test('merchant, courier and operator count in their own market only; shopper and admin everywhere', () => {
  for (const grant of [merchant, courier, operator]) {
    assert.equal(roleOf(decide(everyone, [grant], there)), 'forbidden');
  }
  assert.equal(roleOf(decide(everyone, [shopper], there)), 'shopper own');
  assert.equal(roleOf(decide(everyone, [admin], there)), 'admin all');
});

test('of several roles the widest scope counts, and what the grants of the market name is handed on', () => {
  const elsewhere: Grant = { ...merchant, marketId: there, merchantId: idFromKey('mer', 99n) };
  const decision = decide(everyone, [shopper, merchant, elsewhere, courier, operator], here);
  assert.deepEqual(decision, {
    kind: 'allowed',
    authority: {
      userId,
      role: 'operator',
      scope: 'market',
      merchantIds: [merchantId],
      courierIds: [courierId],
    },
  });
  assert.equal(roleOf(decide(everyone, [merchant, shopper], here)), 'merchant own');
});

test('a path without a market gives nobody the scope of a market', () => {
  assert.equal(roleOf(decide({ operator: 'market' }, [operator])), 'forbidden');
  assert.equal(roleOf(decide({ operator: 'own' }, [operator])), 'operator own');
});

test('on a public route everyone may call, and who they are is known', () => {
  assert.equal(roleOf(decide('public', [shopper], here)), 'shopper own');
  assert.equal(roleOf(decide('public', [operator], here)), 'operator market');
  assert.deepEqual(decide('public', [operator], there), { kind: 'allowed', authority: undefined });
});

test('a scope is never wider than the contract gives the role, whatever the grants', () => {
  const grants = fc.array(fc.constantFrom(shopper, merchant, courier, support, operator, admin));
  const scopes = fc.record(
    {
      shopper: fc.constantFrom<Scope>('own'),
      merchant: fc.constantFrom<Scope>('own', 'market'),
      courier: fc.constantFrom<Scope>('own', 'market'),
      support: fc.constantFrom<Scope>('own', 'market'),
      operator: fc.constantFrom<Scope>('own', 'market'),
      admin: fc.constantFrom<Scope>('market', 'all'),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(grants, scopes, fc.constantFrom(here, there, undefined), (held, access, marketId) => {
      const decision = decide(access, held, marketId);
      if (decision.kind === 'refused') return;
      const { authority } = decision;
      assert.ok(authority !== undefined && access[authority.role] === authority.scope);
      assert.ok(held.some((grant) => grant.role === authority.role));
      if (marketId === there) assert.ok(authority.role === 'shopper' || authority.role === 'admin');
    }),
  );
});

test('every route of the contract with a scope of the market has the market in its path', () => {
  for (const [name, { access, path }] of Object.entries(ROUTES) as [string, RouteContract][]) {
    if (access === 'public' || !Object.values(access).includes('market')) continue;
    assert.ok(path.includes('{marketId}'), name);
  }
});
