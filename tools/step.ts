import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

export interface StepOutcome {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program in the root and gathers what it prints, at most the last megabyte. */
export function runProgram(command: string, ...args: readonly string[]): Promise<StepOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-1_000_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Runs a program of an npm package on the Node that runs this, whatever Node the shell would find. */
export function runTool(script: string, ...args: readonly string[]): Promise<StepOutcome> {
  return runProgram(process.execPath, join(ROOT, 'node_modules', script), ...args);
}

/** Runs one step and prints it as one line with its seconds, and its output where it fails. */
export async function runStep(name: string, step: () => Promise<StepOutcome>): Promise<boolean> {
  const start = performance.now();
  const { ok, output } = await step();
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${ok ? '✔' : '✖'} ${name.padEnd(24)} ${seconds.padStart(6)} s`);
  if (!ok) console.log(output.trimEnd());
  return ok;
}
