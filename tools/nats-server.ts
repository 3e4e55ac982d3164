import { accessSync, constants } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, type StepOutcome, runProgram } from './step.ts';

/** Unpacked here and not installed: Debian's package would start a server of its own on the usual port. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'nats-server');
const BINARY = join('usr', 'sbin', 'nats-server');

/** Where nats-server is: `NATS_SERVER_PATH`, Debian's place, or what was unpacked; undefined where it is nowhere. */
export function findNatsServer(): string | undefined {
  return [process.env['NATS_SERVER_PATH'], `/${BINARY}`, join(FOLDER, BINARY)].find((path) => {
    if (!path) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Unpacks Debian's nats-server below node_modules. */
export async function unpackNatsServer(): Promise<StepOutcome> {
  await mkdir(FOLDER, { recursive: true });
  const update = await runProgram('apt-get', 'update');
  if (!update.ok) return update;
  const download = await runProgram('sh', '-c', 'cd "$0" && apt-get download nats-server', FOLDER);
  if (!download.ok) return download;
  const file = (await readdir(FOLDER)).find((name) => name.endsWith('.deb'));
  if (file === undefined) return { ok: false, output: `${download.output}\nno package came` };
  const unpack = await runProgram('dpkg-deb', '--extract', join(FOLDER, file), FOLDER);
  if (unpack.ok && findNatsServer() === undefined) {
    return { ok: false, output: `nats-server was unpacked and is not in ${FOLDER}` };
  }
  return unpack;
}
