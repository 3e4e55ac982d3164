import {
  type EpochMs,
  type Id,
  type MarketId,
  DAY_MS,
  addMs,
  invariant,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { PROVIDER_FEES, bank, clearing, postTransactions } from '../ledger/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { ExceptionDraft } from './exception.ts';
import { openExceptions } from './exception-store.ts';
import type { PaymentProvider, ProviderPayout } from './provider.ts';
import type { ReconcileDeps } from './reconcile.ts';

type ProviderPayoutId = Id<'ppo'>;

/** A bank may send a payout back after days: so long each is looked at again. */
const LOOK_BACK_MS = 14 * DAY_MS;
const MAX_PAYOUTS = 1_000;
const TIMEOUT_MS = 30_000;

/**
 * Books what each provider says that it has paid to the bank, once: Dr bank what came, Dr provider fees what it kept, Cr
 * clearing what that settles. Where the payments in a payout do not explain its amount, or the bank sent back what is
 * booked, or it is listed with another amount now, that is an exception while it is so. @returns how many were booked
 */
export async function reconcilePayouts(
  deps: ReconcileDeps & { readonly markets: Markets },
  marketId: MarketId,
): Promise<number> {
  let booked = 0;
  for (const provider of deps.providers) {
    if (provider.payouts !== undefined) booked += await bookPayouts(deps, marketId, provider);
  }
  return booked;
}

async function bookPayouts(
  deps: ReconcileDeps & { readonly markets: Markets },
  marketId: MarketId,
  provider: PaymentProvider,
): Promise<number> {
  const { db, clock, ids, markets, onCommit } = deps;
  const now = clock.now();
  const payouts = await readPayouts(deps, marketId, provider, addMs(now, -LOOK_BACK_MS), now);
  if (payouts.length === 0) return 0;
  const market = await markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const differences: ExceptionDraft[] = [];
  const agreed: string[] = [];
  let booked = 0;
  await db.transaction(async (tx) => {
    for (const payout of payouts) {
      const explainedMinor = payout.grossMinor - payout.feesMinor;
      const id = ids.next('ppo');
      const isPaid = payout.state === 'paid';
      const before = isPaid
        ? await bookOnce(tx, marketId, provider.name, id, payout, now)
        : await selectBooked(tx, marketId, provider.name, payout.reference);
      if (before === undefined && isPaid) {
        postTransactions(tx, marketId, ids, [
          {
            kind: 'provider-payout',
            reference: id,
            currency: market.currency,
            postedAt: now,
            postings: [
              { account: bank, amountMinor: explainedMinor },
              { account: PROVIDER_FEES, amountMinor: payout.feesMinor },
              { account: clearing(provider.name), amountMinor: -payout.grossMinor },
            ].filter(({ amountMinor }) => amountMinor !== 0),
          },
        ]);
        booked++;
      }
      const difference = differenceOf(provider.name, payout, before);
      if (difference === undefined) agreed.push(subjectOf(provider.name, payout));
      else differences.push(difference);
    }
    await closeAgreed(tx, marketId, agreed, now);
    await openExceptions(tx, marketId, now, ids, differences);
  });
  onCommit(marketId);
  return booked;
}

/** What does not fit between a payout as it is listed and what is booked of it, or is booked now. */
function differenceOf(
  provider: string,
  payout: ProviderPayout,
  bookedMinor: number | undefined,
): ExceptionDraft | undefined {
  const { reference, state, amountMinor, grossMinor, feesMinor } = payout;
  const about = { kind: 'payout_differs', provider, subject: subjectOf(provider, payout) } as const;
  const explainedMinor = grossMinor - feesMinor;
  if (state === 'failed') {
    if (bookedMinor === undefined) return undefined;
    return {
      ...about,
      oursMinor: bookedMinor,
      theirsMinor: 0,
      detail: `The bank has sent back payout ${reference}, which is booked. Correct the ledger when the provider has the money again.`,
    };
  }
  if (bookedMinor !== undefined && bookedMinor !== explainedMinor) {
    return {
      ...about,
      oursMinor: bookedMinor,
      theirsMinor: explainedMinor,
      detail: `Payout ${reference} is booked with another amount than its payments come to now.`,
    };
  }
  if (explainedMinor === amountMinor) return undefined;
  return {
    ...about,
    oursMinor: explainedMinor,
    theirsMinor: amountMinor,
    detail: `The payments in payout ${reference} explain another amount than came to the bank. Correct the ledger by the rest when you know what it is.`,
  };
}

function subjectOf(provider: string, { reference }: ProviderPayout): string {
  return `payout ${provider} ${reference}`;
}

async function readPayouts(
  { ticker }: Pick<ReconcileDeps, 'ticker'>,
  marketId: MarketId,
  provider: PaymentProvider,
  from: EpochMs,
  to: EpochMs,
): Promise<readonly ProviderPayout[]> {
  const abort = new AbortController();
  const cancel = ticker.after(TIMEOUT_MS, () => abort.abort());
  try {
    const payouts = await provider.payouts!(marketId, { from, to }, abort.signal);
    invariant(payouts.length <= MAX_PAYOUTS, `${provider.name} lists ${payouts.length} payouts`);
    return payouts;
  } finally {
    cancel();
  }
}

/** Writes that a payout is booked, once. @returns undefined where it was not before, else what is booked of it */
async function bookOnce(
  tx: Tx,
  marketId: MarketId,
  provider: string,
  id: ProviderPayoutId,
  { reference, at, grossMinor, feesMinor }: ProviderPayout,
  now: EpochMs,
): Promise<number | undefined> {
  const fresh = await tx.query(
    `insert into payments.provider_payout
       (market_id, provider, reference, payout_id, paid_at, amount_minor, fees_minor, gross_minor, booked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning 1`,
    [
      keyOf(marketId),
      provider,
      reference,
      keyOf(id),
      toRfc3339(at),
      grossMinor - feesMinor,
      feesMinor,
      grossMinor,
      toRfc3339(now),
    ],
  );
  return fresh.length > 0 ? undefined : selectBooked(tx, marketId, provider, reference);
}

async function selectBooked(
  tx: Tx,
  marketId: MarketId,
  provider: string,
  reference: string,
): Promise<number | undefined> {
  const rows = await tx.query<{ amount_minor: string }>(
    `select amount_minor from payments.provider_payout where market_id = $1 and provider = $2 and reference = $3`,
    [keyOf(marketId), provider, reference],
  );
  return rows[0] === undefined ? undefined : Number(rows[0].amount_minor);
}

/** Of payouts that are looked at now; an older one that differed stays for a person. */
async function closeAgreed(
  tx: Tx,
  marketId: MarketId,
  subjects: readonly string[],
  at: EpochMs,
): Promise<void> {
  await tx.query(
    `update payments.exception set state = 'resolved', resolution = 'agreed', reason = 'Both say the same now.',
       resolved_by = 'system', resolved_at = $3::timestamptz
     where market_id = $1 and state = 'open' and kind = 'payout_differs' and subject = any($2::text[])`,
    [keyOf(marketId), subjects, toRfc3339(at)],
  );
}
