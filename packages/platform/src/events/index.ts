export {
  type Batches,
  type EventDraft,
  type Position,
  type StoredEvent,
  BEGINNING,
  appendEvents,
  comparePositions,
  parsePosition,
  readEvents,
  readHead,
  readHistory,
  selectLatestMoment,
} from './event-store.ts';
export { type EventFeed, createEventFeed, handleNextEvents, handleNextOfTypes } from './event-feed.ts';
