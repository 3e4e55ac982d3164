import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'tools/fixtures/lint');

interface Report {
  readonly diagnostics: readonly { code: string; message: string; filename: string }[];
}

/** Lints a fixture as if it were the repository: with its configuration, at its paths. */
function lint(fixture: 'accepted' | 'rejected'): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'halfhour-lint-'));
  try {
    cpSync(join(FIXTURES, fixture), folder, { recursive: true });
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
      cpSync(join(ROOT, name), join(folder, name));
    }
    cpSync(join(ROOT, 'tools/lint'), join(folder, 'tools/lint'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
    const run = spawnSync(process.execPath, [oxlint, '--type-aware', '--format', 'json', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.notEqual(run.stdout, '', run.stderr);
    const findings = new Map<string, string[]>();
    for (const { filename, code, message } of (JSON.parse(run.stdout) as Report).diagnostics) {
      findings.set(filename, [...(findings.get(filename) ?? []), `${code} ${message}`]);
    }
    return findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MODULE = 'packages/platform/src/ordering';
const world = (what: string): RegExp =>
  new RegExp(`^house\\(world\\) ${what} reaches for the world: take a Clock, Random, IdSource or setting`);

/** File → the only thing that is wrong with it. */
const REJECTED: Readonly<Record<string, RegExp>> = {
  [`${MODULE}/date-now.ts`]: world('Date\\.now'),
  [`${MODULE}/date-now-by-text.ts`]: world('Date\\.now'),
  [`${MODULE}/new-date.ts`]: world('new Date\\(\\) without a moment'),
  [`${MODULE}/date-called.ts`]: world('Date\\(\\)'),
  [`${MODULE}/math-random.ts`]: world('Math\\.random'),
  [`${MODULE}/random-uuid.ts`]: world('crypto\\.randomUUID'),
  [`${MODULE}/random-uuid-imported.ts`]: world('randomUUID of node:crypto'),
  [`${MODULE}/set-timeout.ts`]: world('setTimeout'),
  [`${MODULE}/set-interval.ts`]: world('setInterval'),
  [`${MODULE}/set-immediate.ts`]: world('setImmediate'),
  [`${MODULE}/timer-through-global-this.ts`]: world('globalThis\\.setTimeout'),
  [`${MODULE}/timers-imported.ts`]: world('setTimeout of node:timers/promises'),
  [`${MODULE}/process-env.ts`]: world('process\\.env'),
  [`${MODULE}/performance-now.ts`]: world('performance\\.now'),
  [`${MODULE}/sleeps.test.ts`]: /^house\(no-sleep\) a test does not sleep/,
  [`${MODULE}/sleeps-by-promise.test.ts`]: /^house\(no-sleep\) a test does not sleep/,
  [`${MODULE}/export-all.ts`]: /^house\(explicit-exports\)/,
  [`${MODULE}/export-all-as.ts`]: /^house\(explicit-exports\)/,
  [`${MODULE}/default-export.ts`]: /no-default-export/,
  [`${MODULE}/floating-promise.ts`]: /no-floating-promises/,
  [`${MODULE}/floating-assertion.test.ts`]: /no-floating-promises/,
  [`${MODULE}/loose-equality.ts`]: /eqeqeq/,
  [`${MODULE}/circle-a.ts`]: /no-cycle/,
  [`${MODULE}/circle-b.ts`]: /no-cycle/,
  'apps/web/src/ui/default-export.tsx': /no-default-export/,
  'apps/web/src/ui/date-now.ts': world('Date\\.now'),
};

test('the linter rejects each fixture for its own reason and no other', async (context) => {
  const findings = lint('rejected');
  for (const [file, expected] of Object.entries(REJECTED)) {
    await context.test(file, () => {
      const found = findings.get(file) ?? [];
      assert.equal(found.length, 1, `found ${JSON.stringify(found)}`);
      assert.match(found[0]!, expected);
    });
  }
  assert.deepEqual([...findings.keys()].toSorted(), Object.keys(REJECTED).toSorted());
  const files = globSync('**/*.{ts,tsx}', { cwd: join(FIXTURES, 'rejected') });
  assert.deepEqual(files.toSorted(), Object.keys(REJECTED).toSorted());
});

test('the linter accepts the world at its edges, and names that only look like it', () => {
  assert.deepEqual([...lint('accepted')], []);
});
