import { checkBoundaries } from './boundaries/check.ts';
import { ROOT, type StepOutcome, runStep, runTool } from './step.ts';

type Check = readonly [name: string, run: () => Promise<StepOutcome>];

/** One after the other in each lane, both lanes at once: two cores are what a small machine has. */
const LANES: readonly (readonly Check[])[] = [
  [
    ['types', () => runTool('typescript/bin/tsc', '-p', 'tsconfig.json')],
    ['types of the web app', () => runTool('typescript/bin/tsc', '-p', 'apps/web/tsconfig.json', '--noEmit')],
    ['boundaries', boundaries],
    ['unused', () => runTool('knip/bin/knip.js', '--no-progress', '--no-config-hints')],
  ],
  [
    ['format', () => runTool('prettier/bin/prettier.cjs', '--check', '--cache', '--log-level', 'warn', '.')],
    ['lint', () => runTool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.')],
  ],
];

/** Every check of the house that needs no test run. True where all hold; those that fail print why. */
export async function runChecks(): Promise<boolean> {
  const lanes = await Promise.all(
    LANES.map(async (checks) => {
      let holds = true;
      for (const [name, run] of checks) holds = (await runStep(name, run)) && holds;
      return holds;
    }),
  );
  return lanes.every(Boolean);
}

async function boundaries(): Promise<StepOutcome> {
  const { files, imports, violations } = checkBoundaries(ROOT);
  // A checker that reads nothing would accept everything.
  if (files === 0 || imports === 0) return { ok: false, output: 'no imports were found' };
  return { ok: violations.length === 0, output: violations.join('\n') };
}
