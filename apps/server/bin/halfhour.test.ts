import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('halfhour.mjs', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

test('the command shows what it can do', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  assert.match(stdout, /Usage: halfhour[^]*serve/);
});

test('what is wrong is said in words, without a stack, and exits with 1', () => {
  const { status, stderr, stdout } = run('serve', '--port', 'eighty');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^The settings cannot be used:\n {2}--port must be a whole number/);
  assert.doesNotMatch(stderr, /\bat .*:\d+/);
});
