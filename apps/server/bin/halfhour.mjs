#!/usr/bin/env node
// Starts Halfhour on the Node that it is made for. Plain JavaScript that old versions of Node understand:
// where this one is too old, the one that `npm install` brought is used instead.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import('../src/main.ts');
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [main].concat(process.argv.slice(2)), { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; anything else is handed on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('exit', (code, signal) => {
    process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code);
  });
} else {
  console.error(
    `Halfhour needs Node ${NEEDED} or newer, and this is ${process.version}.\n` +
      'Run `npm install` in its folder, which brings the right one, or install it from https://nodejs.org.',
  );
  process.exit(1);
}
