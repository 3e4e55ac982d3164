export { type Applied, addApplied, findApplied, latestApplied } from './applied-commands.ts';
export { type Known, findCommands, firstOf, forgetCommands, recordCommands } from './command-store.ts';
