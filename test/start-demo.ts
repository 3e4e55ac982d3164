import { type HalfhourProcess, startHalfhour } from './halfhour-process.ts';

export interface Demo {
  readonly process: HalfhourProcess;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** Signs an operator in, once. */
  readonly signInUrl: string;
  /** Of the operator. */
  readonly email: string;
  readonly password: string;
  /** In milliseconds of `performance.now()`. */
  readonly readyAt: number;
}

/** The README promises a minute from the command to a living market. */
const READY_MS = 60_000;

/** Starts `halfhour demo` as a process of its own, and reads from what it prints how to get in, as a person would. */
export async function startDemo(options: {
  readonly folder: string;
  readonly speed: number;
  readonly city?: string;
}): Promise<Demo> {
  const { folder, speed, city = 'synthetic:1' } = options;
  const process = startHalfhour([
    'demo',
    '--city',
    city,
    '--speed',
    String(speed),
    '--port',
    '0',
    '--data',
    folder,
  ]);
  const [, signInUrl, url, email, password] = await process.printed(
    /Live map +(\S+)\s+\(signs you in once; later at (\S+)\/sign-in with\s+(\S+) and the password (\S+)\)/,
    READY_MS,
  );
  return {
    process,
    url: url!,
    signInUrl: signInUrl!,
    email: email!,
    password: password!,
    readyAt: performance.now(),
  };
}
