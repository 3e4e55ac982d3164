import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './log.ts';
import { Refusal } from './refusal.ts';

/** Everything that is set from outside. Read once, here; nothing else looks at the environment. */
export interface Settings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absolute. Holds the embedded Postgres; not used with `databaseUrl`. */
  readonly dataFolder: string;
  /** Absolute, or `none`. Where the embedded Postgres archives its log; undefined for where it did so last. */
  readonly backupsFolder: string | undefined;
  /** A Postgres 15 or newer instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly databaseConnections: number;
  /** What this process does: answer requests, the work that nobody asks for, or both. */
  readonly role: Role;
  /** 0 to 1023, different for each process on one database: part of every id. A free one is taken where absent. */
  readonly node: number | undefined;
  /** Where messages between processes go; they look into Postgres more often where absent. */
  readonly natsUrl: string | undefined;
  /** An OSRM server that is asked for ways before the own streets. */
  readonly osrmUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Addresses or networks of proxies, comma-separated, whose X-Forwarded-… headers are believed. */
  readonly trustProxy: string | undefined;
  /** Webhooks may go over http and into private networks. */
  readonly privateWebhooks: boolean;
  /** Payments go through Stripe where it is there, and through the embedded test provider otherwise. */
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string } | undefined;
  readonly traces: boolean;
  /** Where the built web app is. */
  readonly webFolder: string;
}

export const ROLES = ['api', 'worker', 'all'] as const;
export type Role = (typeof ROLES)[number];

/** Options of the command line; they go before the environment. */
export interface CommandOptions {
  readonly role?: string;
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly backups?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const WEB_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be from ${minimum} to ${maximum}`);

function isNatsUrl(text: string): boolean {
  return text.split(',').every((each) => {
    const url = URL.canParse(each.trim()) ? new URL(each.trim()) : undefined;
    return url !== undefined && /^(nats|tls):$/.test(url.protocol) && url.hostname !== '';
  });
}

/** Their values hold passwords. */
const SECRET: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'NATS_URL',
  'HALFHOUR_STRIPE_SECRET_KEY',
  'HALFHOUR_STRIPE_WEBHOOK_SECRET',
]);

const VARIABLES = z.object({
  HALFHOUR_HOST: z.string().min(1).default('127.0.0.1'),
  HALFHOUR_PORT: wholeNumber(0, 65_535).default(8030),
  HALFHOUR_DATA: z.string().min(1).default('.halfhour'),
  HALFHOUR_ROLE: z.enum(ROLES, `must be one of ${ROLES.join(', ')}`).default('all'),
  HALFHOUR_NODE: wholeNumber(0, 1_023).optional(),
  HALFHOUR_BACKUPS: z.string().min(1).optional(),
  HALFHOUR_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  HALFHOUR_TRUST_PROXY: z.string().min(1).optional(),
  HALFHOUR_DATABASE_CONNECTIONS: wholeNumber(2, 500).default(10),
  HALFHOUR_OSRM_URL: z
    .string()
    .refine(
      (text) => /^https?:\/\/./.test(text) && URL.canParse(text.replaceAll('{vehicle}', 'car')),
      'must look like http://host:5000, or http://{vehicle}.host:5000 where each vehicle has a server of its own',
    )
    .optional(),
  HALFHOUR_PRIVATE_WEBHOOKS: z.enum(['yes', 'no'], 'must be yes or no').default('no'),
  HALFHOUR_STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\w+$/, 'must be a secret or restricted key: sk_live_…, rk_live_…, sk_test_…')
    .optional(),
  HALFHOUR_STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\S+$/, 'must look like whsec_…')
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, 'must look like postgres://user:password@host:5432/database')
    .optional(),
  NATS_URL: z
    .string()
    .refine(isNatsUrl, 'must look like nats://host:4222, or several with commas')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('must be a URL such as http://localhost:4318').optional(),
});

const OPTIONS: Readonly<Record<string, string>> = {
  HALFHOUR_HOST: '--host',
  HALFHOUR_PORT: '--port',
  HALFHOUR_DATA: '--data',
  HALFHOUR_ROLE: '--role',
  HALFHOUR_BACKUPS: '--backups',
};

/** Throws Refusal with a line for each thing that is wrong. An empty variable counts as absent. */
export function readSettings(options: CommandOptions, environment: Environment): Settings {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value !== '') given[name] = value;
  }
  const wrong = Object.keys(given)
    .filter((name) => /^HALFHOUR_(?!TEST_)/.test(name) && !(name in VARIABLES.shape))
    .map((name) => `${name} is not a setting; there are ${Object.keys(VARIABLES.shape).join(', ')}`);
  const fromOptions = {
    HALFHOUR_HOST: options.host,
    HALFHOUR_PORT: options.port,
    HALFHOUR_DATA: options.data,
    HALFHOUR_ROLE: options.role,
    HALFHOUR_BACKUPS: options.backups,
  };
  const named = new Set<string>();
  for (const [name, value] of Object.entries(fromOptions)) {
    if (value === undefined) continue;
    given[name] = value;
    named.add(name);
  }
  const parsed = VARIABLES.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const value = SECRET.has(name) ? '' : ` (it is ${JSON.stringify(given[name])})`;
      wrong.push(`${named.has(name) ? OPTIONS[name]! : name} ${issue.message}${value}`);
    }
  }
  if (
    (given['HALFHOUR_STRIPE_SECRET_KEY'] ?? '') !== '' ||
    (given['HALFHOUR_STRIPE_WEBHOOK_SECRET'] ?? '') !== ''
  ) {
    for (const name of ['HALFHOUR_STRIPE_SECRET_KEY', 'HALFHOUR_STRIPE_WEBHOOK_SECRET']) {
      if (given[name] === undefined)
        wrong.push(`${name} is missing: Stripe needs both its key and its webhook secret`);
    }
  }
  if (!parsed.success || wrong.length > 0) {
    throw new Refusal(
      `The settings cannot be used:\n${wrong.map((line) => `  ${line}\n`).join('')}`.trimEnd(),
    );
  }
  const { data } = parsed;
  return {
    host: data.HALFHOUR_HOST,
    port: data.HALFHOUR_PORT,
    dataFolder: resolve(data.HALFHOUR_DATA),
    backupsFolder: backupsFolderOf(data.HALFHOUR_BACKUPS),
    databaseUrl: data.DATABASE_URL,
    databaseConnections: data.HALFHOUR_DATABASE_CONNECTIONS,
    role: data.HALFHOUR_ROLE,
    node: data.HALFHOUR_NODE,
    natsUrl: data.NATS_URL,
    osrmUrl: data.HALFHOUR_OSRM_URL,
    logLevel: data.HALFHOUR_LOG_LEVEL,
    trustProxy: data.HALFHOUR_TRUST_PROXY,
    privateWebhooks: data.HALFHOUR_PRIVATE_WEBHOOKS === 'yes',
    stripe:
      data.HALFHOUR_STRIPE_SECRET_KEY === undefined || data.HALFHOUR_STRIPE_WEBHOOK_SECRET === undefined
        ? undefined
        : {
            secretKey: data.HALFHOUR_STRIPE_SECRET_KEY,
            webhookSecret: data.HALFHOUR_STRIPE_WEBHOOK_SECRET,
          },
    traces: data.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    webFolder: WEB_FOLDER,
  };
}

function backupsFolderOf(text: string | undefined): string | undefined {
  return text === undefined || text === 'none' ? text : resolve(text);
}
