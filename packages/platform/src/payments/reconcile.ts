import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type Ticker,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  addMs,
} from '@halfhour/kernel';
import type { Database } from '../postgres/index.ts';
import type { ExceptionDraft } from './exception.ts';
import { openExceptions } from './exception-store.ts';
import { compareOperations } from './compare-operations.ts';
import { orderIdOf } from './payment-store.ts';
import type { PaymentProvider, ProviderOperation } from './provider.ts';
import { advanceReconciled, selectBooked, selectReconciled, selectSettled } from './reconcile-store.ts';

export interface ReconcileDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly ids: IdSource;
  readonly providers: readonly PaymentProvider[];
  readonly onCommit: (marketId: MarketId) => void;
}

/** What is younger may be on its way between the two. */
const SETTLED_MS = 15 * MINUTE_MS;
/** One span at a time, so that a long absence is caught up in steps. */
const SPAN_MS = HOUR_MS;
const FIRST_MS = DAY_MS;
const MAX_SPANS = 48;
/** The provider writes its own time to what it has done, and may have done it before its answer came through. */
const APART_MS = 2 * HOUR_MS;
const MAX_PAGES = 10_000;

/**
 * Compares the list of each provider with our books, span after span, up to a quarter of an hour ago, and puts each
 * difference into the queue. A span is done when all its pages were read; a provider that fails is asked again at the
 * next run. @returns how many operations were compared
 */
export async function reconcile(deps: ReconcileDeps, marketId: MarketId): Promise<number> {
  let compared = 0;
  for (const provider of deps.providers) {
    if (provider.operations === undefined) continue;
    const now = deps.clock.now();
    const end = addMs(now, -SETTLED_MS);
    let from = (await selectReconciled(deps.db, marketId, provider.name)) ?? addMs(now, -FIRST_MS);
    for (let span = 0; span < MAX_SPANS && from < end; span++) {
      const to = Math.min(from + SPAN_MS, end) as EpochMs;
      compared += await reconcileSpan(deps, marketId, provider, from, to);
      from = to;
    }
  }
  return compared;
}

async function reconcileSpan(
  deps: ReconcileDeps,
  marketId: MarketId,
  provider: PaymentProvider,
  from: EpochMs,
  to: EpochMs,
): Promise<number> {
  const { db, clock, ids } = deps;
  const theirs = await readOperations(deps, marketId, provider, addMs(from, -APART_MS), addMs(to, APART_MS));
  const within = theirs.filter(({ at }) => at >= from && at < to);
  // Of what they say in the span, what we have, whenever; of what we have in the span, what they say, nearly whenever.
  const settled = await selectSettled(db, marketId, provider.name, from, to);
  const booked = await selectBooked(db, marketId, [
    ...new Set(within.map(({ paymentId }) => orderIdOf(paymentId))),
  ]);
  const differences: ExceptionDraft[] = compareOperations(provider.name, { within, theirs, settled, booked });
  await db.transaction(async (tx) => {
    await openExceptions(tx, marketId, clock.now(), ids, differences);
    await advanceReconciled(tx, marketId, provider.name, to);
  });
  if (differences.length > 0) deps.onCommit(marketId);
  return within.length + settled.length;
}

const TIMEOUT_MS = 30_000;

async function readOperations(
  { ticker }: Pick<ReconcileDeps, 'ticker'>,
  marketId: MarketId,
  provider: PaymentProvider,
  from: EpochMs,
  to: EpochMs,
): Promise<ProviderOperation[]> {
  const all: ProviderOperation[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const abort = new AbortController();
    const cancel = ticker.after(TIMEOUT_MS, () => abort.abort());
    try {
      const page = await provider.operations!(marketId, { from, to, cursor }, abort.signal);
      all.push(...page.items);
      cursor = page.next;
    } finally {
      cancel();
    }
    if (cursor === undefined) return all;
  }
  throw new Error(`${provider.name} lists more than ${MAX_PAGES} pages`);
}
