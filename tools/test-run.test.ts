import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './step.ts';

const FIXTURES = 'tools/fixtures/runner';

/** Fixture → the closing line and the exit code of a run of it. */
const ENDINGS: Readonly<Record<string, readonly [string, number]>> = {
  'passes.test.ts': ['1 passed, 0 failed, 0 skipped', 0],
  'mixed.test.ts': ['4 passed, 2 failed, 2 skipped', 1],
  'broken-hook.test.ts': ['1 passed, 1 failed, 0 skipped', 1],
  'does-not-load.test.ts': ['0 passed, 1 failed, 0 skipped', 1],
  'dies.test.ts': ['0 passed, 1 failed, 0 skipped', 1],
  'hangs.test.ts': ['1 passed, 1 failed, 0 skipped', 1],
  'never-ends.test.ts': ['0 passed, 2 failed, 0 skipped', 1],
  'empty.test.ts': ['0 passed, 1 failed, 0 skipped', 1],
};

function runTests(...args: readonly string[]): { lastLine: string; output: string; status: number | null } {
  // node:test refuses to run tests inside a test; the variable is how it knows.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, [join(ROOT, 'tools/test.ts'), ...args], { env, encoding: 'utf8' });
  const lines = run.stdout.trimEnd().split('\n');
  return { lastLine: lines.at(-1)!, output: run.stdout + run.stderr, status: run.status };
}

for (const [fixture, [line, status]] of Object.entries(ENDINGS)) {
  test(`a run of ${fixture} ends with “${line}”`, () => {
    const run = runTests('--timeout', '500', `${FIXTURES}/${fixture}`);
    assert.equal(run.lastLine, line, run.output);
    assert.equal(run.status, status);
  });
}

test('totals are those of all files together', () => {
  const run = runTests(`${FIXTURES}/passes.test.ts`, `${FIXTURES}/mixed.test.ts`);
  assert.equal(run.lastLine, '5 passed, 2 failed, 2 skipped', run.output);
});

test('a run that finds no test fails', () => {
  const run = runTests('no-file-has-this-in-its-path');
  assert.deepEqual([run.lastLine, run.status], ['0 passed, 0 failed, 0 skipped', 1]);
});

test('why a file does not load is printed', () => {
  assert.match(runTests(`${FIXTURES}/does-not-load.test.ts`).output, /Error: as it should/);
});

test('each fixture of the runner has its expectation', () => {
  assert.deepEqual(readdirSync(join(ROOT, FIXTURES)).toSorted(), Object.keys(ENDINGS).toSorted());
});
