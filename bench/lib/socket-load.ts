import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface SocketPlan {
  /** `ws://127.0.0.1:…`, and the path of each courier's socket with its API key. */
  readonly url: string;
  readonly sockets: readonly { readonly path: string; readonly token: string }[];
  /** Of all sockets together, whatever the server does. */
  readonly messagesPerSecond: number;
  /** Not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface SocketReport {
  readonly sent: number;
  readonly seconds: number;
  /** From the last message until all were taken: more than a moment where the server lags behind. */
  readonly drainSeconds: number;
  /** Of the whole run: what the server said, which is only of what it did not take, and sockets that it closed. */
  readonly told: number;
  readonly closed: number;
  /** Of the process that sends. */
  readonly generatorCpuMicros: number;
}

/** Couriers who send a point a message, in a process of their own. Throws where that dies. */
export async function runSocketLoad(
  plan: SocketPlan,
  hooks: { readonly onCounting: () => void; readonly onCounted: () => void },
): Promise<SocketReport> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'socket-process.ts'), {
    serialization: 'advanced',
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the socket generator ended (${String(code)})`);
  });
  ended.catch(() => undefined);
  const report = new Promise<SocketReport>((resolve) => {
    child.on('message', (told: 'counting' | 'counted' | SocketReport) => {
      if (told === 'counting') hooks.onCounting();
      else if (told === 'counted') hooks.onCounted();
      else resolve(told);
    });
  });
  child.send(plan);
  try {
    return await Promise.race([report, ended]);
  } finally {
    if (child.connected) child.disconnect();
    await ended.catch(() => undefined);
  }
}
