import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './step.ts';

/** Rows of the table of invariants: file and name of the test that proves each. */
function readRows(text: string): { file: string; name: string }[] {
  return [...text.matchAll(/^\|[^|]*\| `([^`|]+\.test\.ts)` +\| (.+?) +\|$/gm)].map(([, file, name]) => ({
    file: file!,
    name: name!,
  }));
}

function isThere({ file, name }: { file: string; name: string }): boolean {
  const path = [join(ROOT, file), join(ROOT, 'packages/platform/src', file)].find((each) => existsSync(each));
  // A name that a test makes from its cases is written with an ellipsis at its end.
  return path !== undefined && readFileSync(path, 'utf8').includes(name.replace(/ ?…$/, ''));
}

test('each invariant of ARCHITECTURE.md names a test that is there', () => {
  const rows = readRows(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));
  assert.ok(rows.length >= 30, `only ${rows.length} rows were read`);
  assert.deepEqual(
    rows.filter((row) => !isThere(row)),
    [],
  );
});

test('a row whose test was renamed is found', () => {
  const [row] = readRows('| it holds | `tools/architecture.test.ts` | a name that no test has had |\n');
  assert.equal(row?.file, 'tools/architecture.test.ts');
  assert.equal(isThere({ ...row, name: ['a name', 'of no test'].join(' ') }), false);
  assert.equal(isThere({ file: 'tools/nowhere.test.ts', name: 'any' }), false);
});
