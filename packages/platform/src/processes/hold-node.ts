import { SECOND_MS, type Ticker } from '@halfhour/kernel';
import type { Database } from '../postgres/index.ts';
import { type NodeClaim, type NodeTaken, releaseNode, renewNode, takeNode } from './node-lease.ts';

const LEASE_SECONDS = 20;
const RENEW_MS = 5 * SECOND_MS;
const LOOK_MS = SECOND_MS;

export interface NodeDeps {
  readonly db: Database;
  /** Real time. */
  readonly ticker: Ticker;
  /** Told once when another process has the number: this one must end before it makes another id. */
  readonly onLost: (node: number) => void;
  /** Told when it could not be renewed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

export interface HeldNode {
  readonly node: number;
  /** Ends the renewals and gives the number back. */
  release(): Promise<void>;
}

/** The number that was asked for belongs to a process that lives, or none is left. */
export class NodeRefused extends Error {
  override readonly name = 'NodeRefused';

  constructor(node: number | undefined, { about }: NodeTaken) {
    super(
      node === undefined
        ? 'All 1,024 node numbers are taken by processes on this database.'
        : `Node ${node} is the number of another process on this database (${about}). ` +
            'Give each process another HALFHOUR_NODE, or none: then it takes a free one by itself.',
    );
  }
}

/**
 * Takes a node number and keeps it until it is released. A number that was asked for may belong to a process that
 * has just died: it is waited for, at most as long as a lease lasts. Throws NodeRefused where the holder renews it.
 */
export async function holdNode(deps: NodeDeps, claim: Omit<NodeClaim, 'seconds'>): Promise<HeldNode> {
  const { db, ticker, onLost, onError } = deps;
  const wanted = { ...claim, seconds: LEASE_SECONDS };
  const node = await waitForNode(db, ticker, wanted);
  let released = false;
  let cancel = (): void => {};
  let renewing = Promise.resolve();

  const renew = async (): Promise<void> => {
    try {
      if (await renewNode(db, node, wanted)) return;
    } catch (error) {
      onError(error);
      return;
    }
    if (released) return;
    released = true;
    onLost(node);
  };
  const schedule = (): void => {
    cancel = ticker.after(RENEW_MS, () => {
      renewing = renew().finally(() => {
        if (!released) schedule();
      });
    });
  };
  schedule();
  return {
    node,
    async release() {
      released = true;
      cancel();
      await renewing;
      await releaseNode(db, node, claim.holder);
    },
  };
}

async function waitForNode(db: Database, ticker: Ticker, claim: NodeClaim): Promise<number> {
  let first: NodeTaken | undefined;
  for (;;) {
    const taken = await takeNode(db, claim);
    if (taken.ok) return taken.value;
    first ??= taken.error;
    // Renewed meanwhile, so it lives.
    if (claim.node === undefined || first.expiresAt !== taken.error.expiresAt) {
      throw new NodeRefused(claim.node, taken.error);
    }
    await new Promise<void>((resolve) => ticker.after(LOOK_MS, resolve));
  }
}
