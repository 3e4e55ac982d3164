import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findNatsServer } from '../tools/nats-server.ts';

export interface NatsServer {
  /** `nats://127.0.0.1:…` */
  readonly url: string;
  /** Starts it on its port, where it has been killed again; resolves when it listens. */
  start(): Promise<void>;
  send(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/** Why tests with a nats-server are skipped; false where it is there. */
export const WITHOUT_NATS: string | false =
  findNatsServer() === undefined &&
  'there is no nats-server; install it (Debian: apt-get install nats-server) or set NATS_SERVER_PATH';

/** A nats-server on a free port of this machine, not started yet; ended with the file. */
export async function natsServer(): Promise<NatsServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null) return;
    dying.kill('SIGKILL');
    await once(dying, 'exit');
  };
  after(kill);
  return {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      child = spawn(findNatsServer()!, ['--addr', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
      for (let tries = 0; tries < 500; tries++) {
        if (await listens(port)) return;
        await delay(20);
      }
      throw new Error(`nats-server does not listen on port ${port}`);
    },
    send: (signal) => void child?.kill(signal),
    kill,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
