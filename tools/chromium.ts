import { accessSync, constants, existsSync } from 'node:fs';
import { type StepOutcome, runProgram } from './step.ts';

/** Where Chromium is: `CHROMIUM_PATH`, else Debian's place; undefined where neither is there. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find((path) => {
    if (!path) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether this program may install Debian packages here. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

export async function installChromium(): Promise<StepOutcome> {
  const update = await runProgram('apt-get', 'update');
  if (!update.ok) return update;
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  const install = await runProgram('apt-get', 'install', '-y', '--no-install-recommends', 'chromium');
  if (install.ok && findChromium() === undefined) {
    return { ok: false, output: `${install.output}\nchromium was installed and is not at /usr/bin/chromium` };
  }
  return install;
}
