import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';

export interface TestRunOptions {
  readonly root: string;
  /** Paths from the root. */
  readonly files: readonly string[];
  /** Milliseconds after which a test, or a file whose process does not end, has failed. */
  readonly timeoutMs: number;
  /** Files that run at the same time, each in its own process. */
  readonly concurrency: number;
  /** Stops the run: what is running is killed, what waits is not begun. */
  readonly signal: AbortSignal;
  /** A module whose `globalSetup` runs once before all files and whose `globalTeardown` after them. */
  readonly globalSetupPath?: string | undefined;
}

export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  /** Also those marked `todo`, whether they hold or not. */
  readonly skipped: number;
}

interface GlobalSetup {
  readonly globalSetup?: () => unknown;
  readonly globalTeardown?: () => unknown;
}

/** An event of node:test, as much of it as is looked at here. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly file?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: { readonly type?: string; readonly error?: Error & { failureType?: string } };
  };
}

type Verdict = keyof TestTotals;

/**
 * Runs test files and prints each as it ends, then the failures again. What is counted are the events of
 * the run: tests, and a suite whose hook fails. A file that ends without its own summary (it does not load,
 * dies, hangs or has no test) is one failure: node:test itself passes a file whose test calls
 * `process.exit(0)`, and waits for ever for one that leaves a timer behind (Node 24.21).
 */
export async function runTestFiles(options: TestRunOptions): Promise<TestTotals> {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const printer = new spec();
  printer.pipe(process.stdout, { end: false });
  const setup: GlobalSetup =
    options.globalSetupPath === undefined
      ? {}
      : ((await import(pathToFileURL(options.globalSetupPath).href)) as GlobalSetup);
  await setup.globalSetup?.();
  try {
    const waiting = [...options.files];
    const work = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        if (options.signal.aborted) return;
        for (const event of await runFile(file, options)) {
          printer.write(event);
          const verdict = judge(event);
          if (verdict !== undefined) totals[verdict] += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } finally {
    await setup.globalTeardown?.();
  }
  const printed = new Promise((resolve) => printer.once('end', resolve));
  printer.end();
  await printed;
  return totals;
}

/** The events of one file, without those that node:test makes up for the file as a whole. */
async function runFile(file: string, options: TestRunOptions): Promise<TestEvent[]> {
  const hung = new AbortController();
  const graceMs = options.timeoutMs * 1.1 + 3_000;
  let watchdog = setTimeout(() => hung.abort(), graceMs);
  const events: TestEvent[] = [];
  let ended = false;
  const stream = run({
    files: [file],
    cwd: options.root,
    isolation: 'process',
    timeout: options.timeoutMs,
    signal: AbortSignal.any([hung.signal, options.signal]),
  });
  for await (const event of stream as AsyncIterable<TestEvent>) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => hung.abort(), graceMs);
    const { name, file: source } = event.data;
    if (event.type === 'test:summary' && source !== undefined) ended = true;
    const isAboutFile =
      source === undefined || (name !== undefined && name === relative(options.root, source));
    if (!isAboutFile) events.push(event);
  }
  clearTimeout(watchdog);
  if (!ended) {
    const why = options.signal.aborted
      ? 'the run was stopped'
      : hung.signal.aborted
        ? `its process did not end ${options.timeoutMs} ms after its last test`
        : 'it ended before it could sum up: it does not load, dies, or has no test';
    const details = { type: 'test', duration_ms: 0, error: new Error(why) };
    events.push({ type: 'test:fail', data: { name: file, file, nesting: 0, details } });
  }
  return events;
}

function judge({ type, data }: TestEvent): Verdict | undefined {
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  const isSuite = data.details?.type === 'suite';
  if (isOn(data.skip) || isOn(data.todo)) return isSuite ? undefined : 'skipped';
  if (type === 'test:pass') return isSuite ? undefined : 'passed';
  // A suite fails with its tests, which are counted already; by itself where one of its hooks fails.
  return isSuite && data.details?.error?.failureType === 'subtestsFailed' ? undefined : 'failed';
}

function isOn(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}
