export { type Applied, addApplied, findApplied, latestApplied } from './applied-commands.ts';
export {
  type Known,
  findCommands,
  findSeenCommands,
  firstOf,
  forgetCommands,
  recordCommands,
} from './command-store.ts';
