import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBoundaries } from './check.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'tools/fixtures/boundaries');

/** Fixture → the one violation in it. */
const REJECTED: Readonly<Record<string, string>> = {
  'contract-imports-the-host':
    'packages/contract/src/index.ts:1 contract does no I/O: it may not import node:buffer',
  'door-is-passed-by':
    'packages/platform/src/ordering/place.ts:1 enters ledger past its door: import ../ledger/index.ts instead of ../ledger/post.ts',
  'dynamic-import-breaks-the-rule':
    'packages/contract/src/index.ts:1 contract may not depend on platform: @halfhour/platform/ordering',
  'edge-is-not-declared':
    'packages/platform/src/ledger/post.ts:1 ledger → ordering is not a declared edge in packages/platform/module-edges.json',
  'edges-go-in-a-circle':
    'packages/platform/module-edges.json:1 modules go in a circle: ordering → ledger → events → ordering',
  'engine-depends-on-platform':
    'packages/engines/src/dispatch/plan.ts:1 engines may not depend on platform: @halfhour/platform/ordering',
  'engine-does-io': 'packages/engines/src/dispatch/plan.ts:1 engines does no I/O: it may not import node:fs',
  'engine-door-is-passed-by':
    'packages/engines/src/dispatch/plan.ts:1 enters geo-index past its door: import ../geo-index/index.ts instead of ../geo-index/near.ts',
  'import-is-computed':
    'packages/platform/src/ordering/place.ts:2 computes what it imports, which nobody can check: name it',
  'kernel-imports-a-package': 'packages/kernel/src/money.ts:1 kernel imports nothing from outside: big.js',
  'kernel-imports-the-host':
    'packages/kernel/src/system.ts:1 kernel does no I/O: it may not import node:perf_hooks',
  'module-calls-itself-by-name':
    'packages/platform/src/ordering/place.ts:1 @halfhour/platform/ordering is its own package: import the file',
  'module-is-not-declared':
    'packages/platform/src/loyalty/earn.ts:1 module loyalty is not declared in packages/platform/module-edges.json',
  'package-is-left-by-a-path':
    'packages/engines/src/dispatch/plan.ts:1 leaves its package by a path: ../../../platform/src/ordering/index.ts; import the package by its name',
  'package-is-unknown': 'packages/contract/src/index.ts:1 no package is called @halfhour/colour',
  'platform-depends-on-twin':
    'packages/platform/src/ordering/place.ts:1 platform may not depend on twin: @halfhour/twin/city',
  'server-uses-twin-outside-its-commands':
    "apps/server/src/http/routes.ts:1 only the server's twin, demo and replay commands may use the twin: @halfhour/twin/city",
  'testing-is-used-by-code':
    'packages/platform/src/ledger/post.ts:1 ledger → testing is not a declared edge in packages/platform/module-edges.json',
  'twin-depends-on-server':
    'packages/twin/src/city/index.ts:1 twin may not depend on server: @halfhour/server',
  'type-import-breaks-the-rule':
    'packages/contract/src/index.ts:1 contract may not depend on platform: @halfhour/platform/ordering',
  'web-imports-the-host': 'apps/web/src/orders.tsx:1 web does no I/O: it may not import node:path',
  'web-sees-the-platform':
    'apps/web/src/orders.tsx:1 web may not depend on platform: @halfhour/platform/ordering',
};

for (const [fixture, violation] of Object.entries(REJECTED)) {
  test(`the boundary check rejects where ${fixture.replaceAll('-', ' ')}`, () => {
    assert.deepEqual(checkBoundaries(join(FIXTURES, fixture)).violations, [violation]);
  });
}

test('the boundary check accepts a tree that keeps every rule', () => {
  const { files, imports, violations } = checkBoundaries(join(FIXTURES, 'clean'));
  assert.deepEqual(violations, []);
  assert.equal(files, 20, 'the fixture must really be read');
  assert.equal(imports, 28);
});

test('each fixture of the boundary check has its expectation', () => {
  assert.deepEqual(readdirSync(FIXTURES).toSorted(), [...Object.keys(REJECTED), 'clean'].toSorted());
});

test('a source that does not parse is an error, not a file without imports', () => {
  assert.throws(() => checkBoundaries(join(ROOT, 'tools/fixtures/unreadable')), SyntaxError);
});
