import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { systemTicker } from '@halfhour/kernel';
import type { Database } from '@halfhour/platform/postgres';
import { type HeldNode, NodeRefused, holdNode } from '@halfhour/platform/processes';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/**
 * Takes a node number for this process: that of HALFHOUR_NODE, else a free one. An embedded Postgres is for one
 * server at a time, so there it is always the same, 0 unless it is set, and taken over from one that has died.
 * A process that loses its number, because it was held up for long and another took it, ends at once: its ids
 * could be those of the other. Throws Refusal.
 *
 * @param alone this process has the data folder of the embedded Postgres to itself
 */
export async function takeNodeNumber(
  db: Database,
  { node, alone }: { readonly node: Settings['node']; readonly alone: boolean },
  log: Logger,
): Promise<HeldNode> {
  const wanted = node ?? (alone ? 0 : undefined);
  try {
    const held = await holdNode(
      {
        db,
        ticker: systemTicker,
        onLost: (lost) => {
          log.fatal({ event: 'node_lost', node: lost }, 'another process has the node number of this one');
          process.stderr.write(
            `Another process has taken node ${lost}, the number of this one, which ends before an id is made twice.\n`,
          );
          process.exit(1);
        },
        onError: (error) => log.warn({ event: 'node_not_renewed', err: error }, 'node number not renewed'),
      },
      {
        holder: randomBytes(16).toString('hex'),
        about: `process ${process.pid} on ${hostname()}`,
        takeOver: alone,
        ...(wanted === undefined ? {} : { node: wanted }),
      },
    );
    log.info({ event: 'node_taken', node: held.node }, 'node number taken');
    return held;
  } catch (error) {
    throw error instanceof NodeRefused ? new Refusal(error.message) : error;
  }
}
