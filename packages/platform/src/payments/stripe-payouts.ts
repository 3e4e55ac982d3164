import { type EpochMs, type MarketId, SECOND_MS, epochMs } from '@halfhour/kernel';
import type { ProviderPayout } from './provider.ts';
import type { StripeClient, StripeObject } from './stripe-client.ts';

const PAGE = 100;
/** Of a list: 100,000 items in a payout, far more than a market sells in a day. */
const MAX_PAGES = 1_000;

/**
 * Payouts of a Stripe account to its bank (https://docs.stripe.com/api/payouts), each with the balance transactions that
 * Stripe names as settled by it. An account may serve several markets: what of a payout is of another market is taken off
 * its amount, and what names no market (fees of the account, money from elsewhere) stays in it, unexplained.
 */
export async function listStripePayouts(
  stripe: StripeClient,
  marketId: MarketId,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  signal: AbortSignal,
): Promise<ProviderPayout[]> {
  const rows = await readAll(
    stripe,
    '/v1/payouts',
    { 'created[gte]': Math.floor(from / SECOND_MS), 'created[lt]': Math.ceil(to / SECOND_MS) },
    signal,
  );
  const payouts: ProviderPayout[] = [];
  for (const payout of rows) {
    const status = payout['status'];
    // Pending and in transit ones are listed again; a manual one names no payments.
    if (status !== 'paid' && status !== 'failed') continue;
    payouts.push(await readPayout(stripe, marketId, payout, status, signal));
  }
  return payouts;
}

async function readPayout(
  stripe: StripeClient,
  marketId: MarketId,
  payout: StripeObject,
  state: 'paid' | 'failed',
  signal: AbortSignal,
): Promise<ProviderPayout> {
  const reference = String(payout['id']);
  const query = { payout: reference, 'expand[0]': 'data.source' };
  const items = await readAll(stripe, '/v1/balance_transactions', query, signal);
  let grossMinor = 0;
  let feesMinor = 0;
  let othersMinor = 0;
  for (const item of items) {
    const source = item['source'] as StripeObject | null;
    if (source?.['object'] === 'payout') continue;
    const market = await marketOf(stripe, source, signal);
    if (market === marketId) {
      grossMinor += Number(item['amount']);
      feesMinor += Number(item['fee']);
    } else if (market !== undefined) othersMinor += Number(item['net']);
  }
  return {
    reference,
    state,
    at: epochMs(Number(payout['arrival_date']) * SECOND_MS),
    amountMinor: Number(payout['amount']) - othersMinor,
    grossMinor,
    feesMinor,
  };
}

/** The market that a charge or refund names in its metadata; a dispute carries none, and its payment is asked. */
async function marketOf(
  stripe: StripeClient,
  source: StripeObject | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (source === null) return undefined;
  const intentId = source['payment_intent'];
  const isDispute = source['object'] === 'dispute' && typeof intentId === 'string';
  const named = isDispute
    ? await stripe.get(`/v1/payment_intents/${encodeURIComponent(intentId)}`, {}, signal)
    : source;
  return ((named['metadata'] ?? {}) as Readonly<Record<string, string>>)['halfhour_market'];
}

async function readAll(
  stripe: StripeClient,
  path: string,
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<StripeObject[]> {
  const all: StripeObject[] = [];
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const last = all.at(-1)?.['id'];
    const more = last === undefined ? {} : { starting_after: String(last) };
    const page = await stripe.get(path, { ...query, limit: PAGE, ...more }, signal);
    all.push(...(page['data'] as StripeObject[]));
    if (page['has_more'] !== true) return all;
  }
  throw new Error(`Stripe lists more than ${MAX_PAGES} pages of ${path}`);
}
