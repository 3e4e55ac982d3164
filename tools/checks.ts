import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkBoundaries } from './boundaries/check.ts';
import { ROOT, type StepOutcome, runStep, runTool } from './step.ts';

const WEB_CONFIG = 'apps/web/tsconfig.json';

/** Every check of the house that needs no test run. True where all hold; those that fail print why. */
export async function runChecks(): Promise<boolean> {
  const outcomes = [
    await runStep('types', () => runTool('typescript/bin/tsc', '-p', 'tsconfig.json')),
    !existsSync(join(ROOT, WEB_CONFIG)) ||
      (await runStep('types of the web app', () =>
        runTool('typescript/bin/tsc', '-p', WEB_CONFIG, '--noEmit'),
      )),
    await runStep('lint', () => runTool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.')),
    await runStep('format', () =>
      runTool('prettier/bin/prettier.cjs', '--check', '--cache', '--log-level', 'warn', '.'),
    ),
    await runStep('boundaries', boundaries),
    await runStep('unused', () => runTool('knip/bin/knip.js', '--no-progress', '--no-config-hints')),
  ];
  return outcomes.every(Boolean);
}

async function boundaries(): Promise<StepOutcome> {
  const { files, imports, violations } = checkBoundaries(ROOT);
  // A checker that reads nothing would accept everything.
  if (files === 0 || imports === 0) return { ok: false, output: 'no imports were found' };
  return { ok: violations.length === 0, output: violations.join('\n') };
}
