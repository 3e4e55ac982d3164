import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canInstallPackages, findChromium, installChromium } from './chromium.ts';
import { runChecks } from './checks.ts';
import { findNatsServer, unpackNatsServer } from './nats-server.ts';
import { ROOT, runProgram, runStep } from './step.ts';
import { type TestTotals, runTestFiles } from './test-run.ts';

/**
 * `npm test`: installs what tests need, runs every check and every test, and ends with one line of totals.
 * `npm test -- ledger ordering/place` runs only the test files whose path contains one of these, without
 * the checks. `--timeout MS` changes how long one test may take.
 */
const PATTERN = '{packages,apps,tools,test}/**/*.test.ts';
const SKIPPED = /(^|\/)(node_modules|dist)(\/|$)|^tools\/fixtures(\/|$)/;
const GLOBAL_SETUP = join(ROOT, 'packages/platform/src/testing/global-setup.ts');
const TIMEOUT_MS = 300_000;

// Each test file and each server that one starts is a process of its own, and would strip and compile the same sources again.
process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'node_modules/.cache/node');

const { positionals: filters, values } = parseArgs({
  allowPositionals: true,
  options: { timeout: { type: 'string', default: String(TIMEOUT_MS) } },
});
const files = selectFiles();
const prepared = (await prepare()) && (filters.length > 0 || (await runChecks()));
let totals: TestTotals = { passed: 0, failed: 1, skipped: 0 };
try {
  if (prepared) totals = await runTests();
} catch (error) {
  console.error(error);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;

function selectFiles(): string[] {
  const named = filters.filter((filter) => filter.endsWith('.test.ts') && existsSync(join(ROOT, filter)));
  const all = globSync(PATTERN, { cwd: ROOT, exclude: (path) => SKIPPED.test(path) });
  const found = all.filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
  return [...new Set([...named, ...found])].toSorted();
}

/** Brings here what the chosen tests need. False where that fails. */
async function prepare(): Promise<boolean> {
  const needsBuild = files.some((path) => /^(apps|test)\//.test(path));
  const hasWebApp = globSync('apps/web/vite.config.{ts,js,mjs}', { cwd: ROOT }).length > 0;
  return (
    (!files.some((path) => path.includes('browser')) || (await provideChromium())) &&
    (!files.some((path) => path.includes('nats')) || (await provideNatsServer())) &&
    (!needsBuild ||
      !hasWebApp ||
      (await runStep('build', () => runProgram('npm', 'run', '--silent', 'build'))))
  );
}

async function provideChromium(): Promise<boolean> {
  if (findChromium() !== undefined) return true;
  if (canInstallPackages()) return runStep('chromium', installChromium);
  console.log(
    'Browser tests are skipped: there is no Chromium. Install it (Debian: sudo apt-get install chromium) ' +
      'or give its path in CHROMIUM_PATH.',
  );
  return true;
}

async function provideNatsServer(): Promise<boolean> {
  if (findNatsServer() !== undefined) return true;
  if (canInstallPackages()) return runStep('nats-server', unpackNatsServer);
  console.log(
    'Tests of messages between processes are skipped: there is no nats-server. Install it (Debian: sudo apt-get ' +
      'install nats-server) or give its path in NATS_SERVER_PATH.',
  );
  return true;
}

function runTests(): Promise<TestTotals> {
  const timeoutMs = Number(values.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs <= 0)
    throw new RangeError(`not milliseconds: ${values.timeout}`);
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort());
  const needsPostgres = files.some((path) => !/^(packages\/(kernel|contract|engines)|tools)\//.test(path));
  return runTestFiles({
    root: ROOT,
    files,
    timeoutMs,
    concurrency: 2,
    signal: stopped.signal,
    globalSetupPath: needsPostgres && existsSync(GLOBAL_SETUP) ? GLOBAL_SETUP : undefined,
  });
}
