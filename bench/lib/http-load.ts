import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromGenerator, LoadPlan, LoadReport, ToGenerator } from './load-scenario.ts';

export type { LoadPlan, LoadReport, Percentiles } from './load-scenario.ts';

export interface LoadRun {
  /** URL of a module that exports `createScenario`: `import.meta.resolve('./scenarios/placements.ts')`. */
  readonly scenario: string;
  /** JSON for it. */
  readonly parameters: unknown;
  readonly plan: LoadPlan;
  /** Called when counting begins and when it ends, for figures of one's own such as the CPU time of the server. */
  readonly onCounting?: () => void;
  readonly onCounted?: () => void;
  /** What the scenario tells; the answer goes to its `hear`. */
  readonly onMessage?: (message: unknown, answer: (message: unknown) => void) => void;
}

export interface LoadGenerator {
  /** One phase of load. Throws where the generator dies. */
  run(run: LoadRun): Promise<LoadReport>;
  close(): Promise<void>;
}

/**
 * Starts a process that makes HTTP load on `url`, apart from the server's so that neither's turns of the event
 * loop hold up the other's clock. Close it when done.
 */
export async function startLoadGenerator(url: string): Promise<LoadGenerator> {
  const { hostname, port } = new URL(url);
  const child = fork(join(import.meta.dirname, 'load-process.ts'), [hostname, port], {
    serialization: 'advanced',
    execArgv: ['--max-semi-space-size=64'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the load generator ended (${String(code ?? signal)})`);
  });
  ended.catch(() => undefined);
  await Promise.race([heard(child, 'ready'), ended]);
  return {
    async run({ scenario, parameters, plan, onCounting, onCounted, onMessage }) {
      const send = (message: ToGenerator): void => void child.send(message);
      const onTold = (told: FromGenerator): void => {
        if (told.type === 'counting') onCounting?.();
        if (told.type === 'counted') onCounted?.();
        if (told.type === 'message') {
          onMessage?.(told.message, (message) => {
            if (child.connected) send({ type: 'message', message });
          });
        }
      };
      child.on('message', onTold);
      try {
        const report = heard(child, 'report');
        send({ type: 'run', scenario, parameters, plan });
        return (await Promise.race([report, ended])).report;
      } finally {
        child.off('message', onTold);
      }
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}

function heard<T extends FromGenerator['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<FromGenerator, { type: T }>> {
  return new Promise((resolve) => {
    const listen = (told: FromGenerator): void => {
      if (told.type !== type) return;
      child.off('message', listen);
      resolve(told as Extract<FromGenerator, { type: T }>);
    };
    child.on('message', listen);
  });
}
