export { type Replay, type ReplayOptions, replayInstance } from './replay-instance.ts';
