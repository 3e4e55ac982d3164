import { runChecks } from './checks.ts';

/** `npm run check`: types, lint, format, boundaries and unused code, a line each; exit 1 where one fails. */
process.exitCode = (await runChecks()) ? 0 : 1;
