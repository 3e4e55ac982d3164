import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Refusal } from './refusal.ts';
import { type CommandOptions, type Environment, readSettings } from './settings.ts';

test('without anything set it serves this machine alone on port 8030 with its own Postgres', () => {
  const { webFolder, ...settings } = readSettings({}, {});
  assert.match(webFolder, /apps[/\\]web[/\\]dist$/);
  assert.deepEqual(settings, {
    host: '127.0.0.1',
    port: 8030,
    dataFolder: resolve('.halfhour'),
    backupsFolder: undefined,
    databaseUrl: undefined,
    databaseConnections: 10,
    role: 'all',
    node: undefined,
    natsUrl: undefined,
    osrmUrl: undefined,
    logLevel: 'info',
    trustProxy: undefined,
    privateWebhooks: false,
    stripe: undefined,
    traces: false,
  });
});

test('the command line goes before the environment, and an empty variable counts as absent', () => {
  const environment = { HALFHOUR_PORT: '9000', HALFHOUR_HOST: '::1', HALFHOUR_LOG_LEVEL: '', PATH: '/bin' };
  const settings = readSettings({ port: '0', data: '/srv/halfhour' }, environment);
  assert.deepEqual(
    [settings.port, settings.host, settings.dataFolder, settings.logLevel],
    [0, '::1', '/srv/halfhour', 'info'],
  );
});

test('Stripe is there with both its secrets or not at all, and neither is ever shown', () => {
  const key = 'sk_test_hunter2';
  const secret = 'whsec_hunter2';
  assert.deepEqual(
    readSettings({}, { HALFHOUR_STRIPE_SECRET_KEY: key, HALFHOUR_STRIPE_WEBHOOK_SECRET: secret }).stripe,
    { secretKey: key, webhookSecret: secret },
  );
  for (const [environment, words] of [
    [{ HALFHOUR_STRIPE_SECRET_KEY: key }, /HALFHOUR_STRIPE_WEBHOOK_SECRET is missing/],
    [{ HALFHOUR_STRIPE_WEBHOOK_SECRET: secret }, /HALFHOUR_STRIPE_SECRET_KEY is missing/],
    [
      { HALFHOUR_STRIPE_SECRET_KEY: 'pk_test_hunter2', HALFHOUR_STRIPE_WEBHOOK_SECRET: 'hunter2' },
      /SECRET_KEY must be a secret[^]*WEBHOOK_SECRET must look like/,
    ],
  ] as const) {
    assert.throws(
      () => readSettings({}, environment),
      (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  }
});

test('what cannot be used is named, all at once, without the password of the database', () => {
  const refused = (options: CommandOptions, environment: Environment, words: RegExp): void =>
    assert.throws(
      () => readSettings(options, environment),
      (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  refused({ port: '80x' }, {}, /--port must be a whole number.*"80x"/);
  refused({}, { HALFHOUR_PORT: '70000' }, /HALFHOUR_PORT must be from 0 to 65535/);
  refused({}, { DATABASE_URL: 'mysql://root:hunter2@db' }, /DATABASE_URL must look like postgres:/);
  refused({}, { NATS_URL: 'http://user:hunter2@nats' }, /NATS_URL must look like nats:/);
  refused({ role: 'queen' }, {}, /--role must be one of api, worker, all/);
  refused({}, { HALFHOUR_PROT: '1' }, /HALFHOUR_PROT is not a setting; there are .*HALFHOUR_PORT/);
  refused(
    { port: '-1' },
    { HALFHOUR_NODE: '1024', HALFHOUR_LOG_LEVEL: 'loud' },
    /--port[^]*NODE[^]*LEVEL must be one of/,
  );
});
