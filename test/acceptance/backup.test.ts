import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareMarket } from '../faults/prepared-market.ts';
import { type HalfhourProcess, dataFolder, startHalfhour } from '../halfhour-process.ts';

const START_MS = 60_000;
const COMMAND_MS = 60_000;
const PASSWORD = 'correct horse battery';

const folder = await dataFolder();
const backups = await dataFolder();
const restored = await dataFolder();
await prepareMarket(folder);

async function serve(
  ...options: readonly string[]
): Promise<{ readonly url: string; readonly server: HalfhourProcess }> {
  const server = startHalfhour(['serve', '--port', '0', ...options], { HALFHOUR_LOG_LEVEL: 'info' });
  const [, url] = await server.printed(/"event":"listening","url":"([^"]+)"/, START_MS);
  return { url: url!, server };
}

async function stop(server: HalfhourProcess): Promise<void> {
  server.send('SIGTERM');
  assert.deepEqual(await server.ended(COMMAND_MS), { code: 0, signal: null });
}

/** Runs a command to its end. */
async function halfhour(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const command = startHalfhour(args);
  const { code } = await command.ended(COMMAND_MS);
  return { code, output: command.output() };
}

async function signUp(url: string, name: string): Promise<void> {
  const answer = await post(url, '/v1/users', { name, email: `${name}@example.com`, password: PASSWORD });
  assert.equal(answer.status, 201, await answer.text());
}

async function canSignIn(url: string, name: string): Promise<boolean> {
  const answer = await post(url, '/v1/sessions', { email: `${name}@example.com`, password: PASSWORD });
  return answer.ok;
}

function post(url: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

test('a served market is backed up while it runs and restored to a moment, and serves again', async () => {
  const { url, server } = await serve('--data', folder, '--backups', backups);
  await signUp(url, 'before-backup');
  const backup = await halfhour('backup', '--data', folder);
  assert.equal(backup.code, 0, backup.output);
  const [, made] = /Backup +(\S+)/.exec(backup.output) ?? [];
  assert.match(backup.output, new RegExp(`Restore +npx halfhour restore ${made} --data`));
  await signUp(url, 'before-moment');
  const moment = new Date(Date.now() + 2).toISOString();
  await delay(10);
  await signUp(url, 'after-moment');
  await stop(server);

  const whileStopped = await halfhour('backup', '--data', folder, '--keep', '2');
  assert.equal(whileStopped.code, 0, whileStopped.output);
  assert.match(whileStopped.output, /Reaches +from /, 'it goes on to archive where it did');

  const target = join(restored, 'data');
  const early = await halfhour('restore', backups, '--data', target, '--at', '2026-01-01T00:00:00Z');
  assert.equal(early.code, 1);
  assert.match(early.output, /reaches from .* to .*Take an earlier backup/);
  const back = await halfhour('restore', backups, '--data', target, '--at', moment);
  assert.equal(back.code, 0, back.output);
  assert.match(back.output, new RegExp(`Restored +${target} from ${made}`), 'the backup before the moment');
  assert.match(back.output, /1 markets: the ledger balances, all stock is explained/);
  const again = await halfhour('restore', backups, '--data', target);
  assert.equal(again.code, 1);
  assert.match(again.output, /is not empty/);

  const revived = await serve('--data', target, '--backups', join(restored, 'backups'));
  assert.equal(await canSignIn(revived.url, 'before-backup'), true);
  assert.equal(await canSignIn(revived.url, 'before-moment'), true);
  assert.equal(await canSignIn(revived.url, 'after-moment'), false);
  await stop(revived.server);
  assert.deepEqual((await readdir(restored)).sort(), ['backups', 'data']);
});

test('what cannot be backed up or restored is said in a line', async () => {
  const nothing = await halfhour('backup', '--data', join(restored, 'nothing'));
  assert.equal(nothing.code, 1);
  assert.match(nothing.output, /^\S+nothing holds no data\. Name the folder with --data\.\n$/);
  const vague = await halfhour('restore', backups, '--data', join(restored, 'x'), '--at', 'noon');
  assert.equal(vague.code, 1);
  assert.match(vague.output, /^--at must be a moment with its offset/);
  const empty = await halfhour('restore', restored, '--data', join(restored, 'x'));
  assert.equal(empty.code, 1);
  assert.match(empty.output, /^There is no backup in \S+\.\n$/);
});
