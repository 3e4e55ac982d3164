import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a benchmark `bench/NAME.ts` gets; it exports `run(options: BenchOptions): Promise<void> | void`. */
export interface BenchOptions {
  /** Print one line of JSON and nothing else. */
  readonly json: boolean;
  /** Take the time that a published figure deserves instead of seconds. */
  readonly full: boolean;
  /** What else was given. */
  readonly args: readonly string[];
}

interface Benchmark {
  readonly run: (options: BenchOptions) => unknown;
}

const NAMES = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .toSorted();

/** The machine that figures were taken on, in one line. */
function describeMachine(): string {
  const processors = cpus();
  const memoryGigabytes = (totalmem() / 2 ** 30).toFixed(1);
  const model = processors[0]?.model.trim() ?? 'unknown CPU';
  return `${processors.length} cores, ${model}, ${memoryGigabytes} GB, Node ${process.versions.node}`;
}

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !NAMES.includes(name)) {
  if (name !== undefined) console.error(`There is no benchmark called ${name}.`);
  console.error(
    `npm run bench -- NAME [--json] [--full] [arguments]\nNAME: ${NAMES.join(', ') || 'none yet'}`,
  );
  process.exitCode = 1;
} else {
  const options: BenchOptions = {
    json: rest.includes('--json'),
    full: rest.includes('--full'),
    args: rest.filter((argument) => argument !== '--json' && argument !== '--full'),
  };
  if (!options.json) console.log(describeMachine());
  const { run } = (await import(pathToFileURL(join(import.meta.dirname, `${name}.ts`)).href)) as Benchmark;
  await run(options);
}
