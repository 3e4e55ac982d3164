import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { systemTicker } from '@halfhour/kernel';
import packageJson from '../package.json' with { type: 'json' };
import { type HttpApp, type HttpLimits, createHttpApp } from './http/app.ts';
import type { Platform } from './platform.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** How long running requests may take when the server stops. */
const GRACE_MS = 10_000;

export interface RunningServer {
  /** `http://127.0.0.1:8030` */
  readonly url: string;
  readonly app: HttpApp;
  /** Stops accepting, ends streams, lets requests finish within ten seconds. The platform is the caller's to close. */
  stop(): Promise<void>;
}

/** Serves a platform over HTTP; a worker health and metrics alone. Throws Refusal where the port is taken, UnboundRoutes where handlers are missing. */
export async function startServer(
  settings: Pick<Settings, 'host' | 'port' | 'webFolder' | 'trustProxy' | 'traces' | 'role'>,
  platform: Pick<Platform, 'handlers' | 'identity' | 'checks' | 'gauges'>,
  log: Logger,
  limits: Partial<HttpLimits> = {},
): Promise<RunningServer> {
  const app = await createHttpApp({
    handlers: settings.role === 'worker' ? undefined : platform.handlers,
    identity: platform.identity,
    checks: platform.checks,
    gauges: platform.gauges,
    log,
    ticker: systemTicker,
    version: packageJson.version,
    requestIdPrefix: randomBytes(4).toString('hex'),
    webFolder: settings.webFolder,
    limits,
    traces: settings.traces,
    ...(settings.trustProxy === undefined ? {} : { trustProxy: settings.trustProxy }),
  });
  try {
    const url = await app.listen({ host: settings.host, port: settings.port });
    return { url, app, stop: () => app.close(GRACE_MS) };
  } catch (error) {
    await app.close(0);
    throw inWords(error, settings);
  }
}

function inWords(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new Refusal(`Port ${port} on ${host} is taken by another program. Choose one with --port.`);
  }
  if (code === 'EACCES')
    return new Refusal(`This user may not listen on port ${port}. Choose one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Refusal(`${host} is not an address of this machine. Choose one with --host.`);
  }
  return error;
}
