import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IDEMPOTENCY_KEY, canonicalJson, hashCommand } from './command-key.ts';

test('the order of members does not change the hash; method, path and any value do', () => {
  const hash = hashCommand('POST', '/v1/a', { x: 1, y: [{ b: 1, a: 2 }] });
  assert.equal(hash, hashCommand('POST', '/v1/a', { y: [{ a: 2, b: 1 }], x: 1 }));
  const others = [
    hashCommand('PUT', '/v1/a', { x: 1, y: [{ b: 1, a: 2 }] }),
    hashCommand('POST', '/v1/b', { x: 1, y: [{ b: 1, a: 2 }] }),
    hashCommand('POST', '/v1/a', { x: 1, y: [{ b: 1, a: '2' }] }),
    hashCommand('POST', '/v1/a', { x: 1, y: [{ b: 1, a: 2 }, null] }),
  ];
  assert.equal(new Set([hash, ...others]).size, 5);
});

test('canonical JSON says the same as the value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a key is 8 to 64 visible characters', () => {
  for (const key of ['12345678', 'a'.repeat(64), '6f1c…'.replace('…', '-d2e')])
    assert.match(key, IDEMPOTENCY_KEY);
  for (const key of ['1234567', 'a'.repeat(65), 'with space', 'naïve-key']) {
    assert.doesNotMatch(key, IDEMPOTENCY_KEY);
  }
});
