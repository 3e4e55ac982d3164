import type { Id, IdPrefix, MarketId } from '@halfhour/kernel';
import { type StoredEvent, BEGINNING, readEvents } from '../events/index.ts';
import type { Queryable } from '../postgres/index.ts';

/** All events of one subject, oldest first. Reads those of the whole market. */
export async function eventsOf(
  db: Queryable,
  marketId: MarketId,
  subject: Id<IdPrefix>,
): Promise<StoredEvent[]> {
  const events = await readEvents(db, marketId, BEGINNING, 100_000);
  return events.filter((event) => event.subject === subject);
}
