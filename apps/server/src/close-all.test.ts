import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll } from './close-all.ts';

test('the last is closed first, a failure keeps nothing open, and the first failure is told', async () => {
  const closed: string[] = [];
  const closing = (name: string, error?: Error) => async () => {
    closed.push(name);
    if (error !== undefined) throw error;
  };
  const first = new Error('no database');
  await assert.rejects(
    closeAll([closing('postgres'), closing('platform', new Error('later')), closing('server', first)]),
    first,
  );
  assert.deepEqual(closed, ['server', 'platform', 'postgres']);
});
