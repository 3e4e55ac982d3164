export { type Known, findCommands, firstOf, forgetCommands, recordCommands } from './command-store.ts';
