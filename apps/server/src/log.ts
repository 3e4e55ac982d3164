import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Members that hold secrets, wherever they stand in the first three levels of what is logged. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'passwordHash',
  'token',
  'secret',
  'code',
  'deliveryCode',
];
const LEVELS = ['', '*.', '*.*.'];

/** One JSON line an event: `event` names it, `requestId` ties lines together, secrets are blotted out. */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      // Errors are serialised with their SQLSTATE in `code`, which is no secret and needed.
      serializers: { err: serialiseError },
      redact: {
        paths: LEVELS.flatMap((level) =>
          SECRET_NAMES.map((name) => (name.startsWith('[') ? level.slice(0, -1) + name : level + name)),
        ),
        censor: '[secret]',
      },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

function serialiseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message,
    ...(typeof code === 'string' ? { errorCode: code } : {}),
    stack,
    ...(error.cause === undefined ? {} : { cause: serialiseError(error.cause) }),
  };
}
