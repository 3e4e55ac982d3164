import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ROUTES } from '@halfhour/contract';

const MODULES = fileURLToPath(new URL('..', import.meta.url));
/** How the modules write the types of their events: `type: 'ShiftEnded'`, `event('OrderPlaced', …)`, `tell('RouteDone', …)`. */
const WRITTEN = /(?:\btype: |[eE]vent\(|\btell\()'([A-Z][a-z]+(?:[A-Z][a-z]+)+)'/g;

test('every type of event that the modules append can be asked for by an endpoint', () => {
  const types = new Set<string>();
  const files = globSync('*/*.ts', { cwd: MODULES }).filter((path) => !path.endsWith('.test.ts'));
  for (const file of files) {
    for (const [, type] of readFileSync(MODULES + file, 'utf8').matchAll(WRITTEN)) types.add(type!);
  }
  // Not an event: the type of a test message.
  types.delete('WebhookTest');
  assert.ok(
    types.has('OrderPlaced') && types.has('RouteDone') && types.has('ShiftEnded') && types.size >= 20,
  );
  const unknown = [...types].filter(
    (type) => !ROUTES.updateWebhook.body.safeParse({ eventTypes: [type] }).success,
  );
  assert.deepEqual(unknown, [], 'add them to `eventType` in packages/contract/src/resources.ts');
});
