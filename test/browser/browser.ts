import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** A phone and a laptop, the two sizes that every surface must be readable on. */
export const LAPTOP = { width: 1280, height: 800 } as const;
export const PHONE = { width: 390, height: 844 } as const;
/** What stands on the counter of a store. */
export const TABLET = { width: 1024, height: 768 } as const;

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where the browser is: `CHROMIUM_PATH`, or where Debian puts it. Undefined where there is none. */
export function chromiumPath(): string | undefined {
  const told = process.env['CHROMIUM_PATH'] ?? '';
  return (told === '' ? CANDIDATES : [told]).find((path) => existsSync(path));
}

export const NO_CHROMIUM = 'no chromium here: `apt-get install chromium`, or set CHROMIUM_PATH';

const HERE = ['127.0.0.1', 'localhost'];

/** WebGL drawn in software, for pages with a map: nothing may depend on frame rates. */
const WITH_MAPS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Chromium without a screen or a graphics card. Pages without a map are drawn sooner where WebGL is not there at all. */
export function launchChromium(executablePath: string, { maps = true } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      ...(maps ? WITH_MAPS : ['--disable-gpu']),
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      // By the browser itself: whoever intercepts requests has it load everything anew for each page.
      `--host-resolver-rules=MAP * ~NOTFOUND, ${HERE.map((host) => `EXCLUDE ${host}`).join(', ')}`,
    ],
  });
}

export interface OpenedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts and requests that left this machine: a test ends by finding this empty. */
  readonly complaints: string[];
}

/** A page in a context of its own, which further pages may share. Requests to anywhere but this machine find nothing and are noted. */
export async function openPage(
  browser: Browser,
  viewport: typeof LAPTOP | typeof PHONE | typeof TABLET,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport !== LAPTOP });
  const complaints: string[] = [];
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (!HERE.includes(hostname) && protocol.startsWith('http'))
      complaints.push(`request to ${request.url()}`);
  });
  context.on('weberror', (each) => complaints.push(`script error: ${each.error().message}`));
  context.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  return { context, page: await context.newPage(), complaints };
}
