import {
  type Clock,
  type EpochMs,
  type MarketId,
  type Ticker,
  SECOND_MS,
  epochMs,
  parseId,
} from '@halfhour/kernel';
import type {
  Notification,
  NotificationRequest,
  PaymentAnswer,
  PaymentNotification,
  PaymentProvider,
  PaymentRequest,
  ProviderOperation,
} from './provider.ts';
import { type Send, type StripeObject, StripeRefusal, createStripeClient } from './stripe-client.ts';
import { listStripePayouts } from './stripe-payouts.ts';
import { isSignedByStripe } from './stripe-signature.ts';

export interface StripeOptions {
  readonly secretKey: string;
  /** Signs what Stripe posts to `…/payments/stripe/notifications`. */
  readonly webhookSecret: string;
  /** The wall's: signatures are of now. */
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly send: Send;
}

const PAGE = 100;
const DISPUTE_TIMEOUT_MS = 10_000;

/**
 * Stripe behind the interface of providers. A payment is a PaymentIntent that is confirmed at once and captured by hand
 * (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method); it carries our ids in its metadata, which its
 * charge inherits. What was confirmed by the shopper's own client is told by a notification. Every operation has an
 * idempotency key of its own, so what was asked twice is done once. Only Stripe's tokens come here, never card data.
 */
export function createStripeProvider({
  secretKey,
  webhookSecret,
  clock,
  ticker,
  send,
}: StripeOptions): PaymentProvider {
  const stripe = createStripeClient(secretKey, send);

  /** A payment whose reference was never told: a try whose answer was lost may have left one. */
  async function findIntent(request: PaymentRequest, signal: AbortSignal): Promise<string | undefined> {
    if (request.reference !== undefined) return request.reference;
    if (request.challengeToken !== undefined) return intentOf(request.challengeToken);
    const found = await stripe.get(
      '/v1/payment_intents/search',
      { query: `metadata['halfhour_payment']:'${request.paymentId}'`, limit: 1 },
      signal,
    );
    return (found['data'] as StripeObject[])[0]?.['id'] as string | undefined;
  }

  /** A dispute does not carry our ids: its payment is asked for them. */
  async function readDispute(type: string, subject: StripeObject, marketId: MarketId): Promise<Notification> {
    const isOpened = type === 'charge.dispute.created';
    const ending =
      subject['status'] === 'won' || subject['status'] === 'lost' ? subject['status'] : undefined;
    const status = isOpened ? 'opened' : type === 'charge.dispute.closed' ? ending : undefined;
    const intentId = subject['payment_intent'];
    if (status === undefined || typeof intentId !== 'string') return 'ignored';
    const path = `/v1/payment_intents/${encodeURIComponent(intentId)}`;
    const abort = new AbortController();
    const cancel = ticker.after(DISPUTE_TIMEOUT_MS, () => abort.abort());
    const intent = await stripe.get(path, {}, abort.signal).finally(cancel);
    const metadata = (intent['metadata'] ?? {}) as Readonly<Record<string, string>>;
    const paymentId = parseId('pay', metadata['halfhour_payment'] ?? '');
    if (paymentId === undefined || metadata['halfhour_market'] !== marketId) return 'ignored';
    const due = Number((subject['evidence_details'] as StripeObject | null)?.['due_by']);
    return {
      paymentId,
      outcome: 'dispute',
      status,
      reference: String(subject['id']),
      amountMinor: Number(subject['amount']),
      ...(due > 0 ? { evidenceDueAt: epochMs(due * SECOND_MS) } : {}),
    };
  }

  return {
    name: 'stripe',

    async authorise(request, signal) {
      const { paymentId, marketId, amountMinor, currency, method, challengeToken } = request;
      if (challengeToken !== undefined) {
        return answerOf(await stripe.get(`/v1/payment_intents/${intentOf(challengeToken)}`, {}, signal));
      }
      return declinedOr(async () =>
        answerOf(
          await stripe.post(
            '/v1/payment_intents',
            {
              amount: amountMinor,
              currency: currency.toLowerCase(),
              capture_method: 'manual',
              confirm: 'true',
              payment_method: method,
              'payment_method_types[0]': 'card',
              'metadata[halfhour_payment]': paymentId,
              'metadata[halfhour_market]': marketId,
            },
            `${paymentId}-authorise`,
            signal,
          ),
        ),
      );
    },

    async raise(request, signal) {
      const { reference, paymentId, amountMinor } = request;
      if (reference === undefined) return { kind: 'declined', reason: 'Stripe has no such payment.' };
      return declinedOr(async () => {
        const amount = { amount: amountMinor };
        const path = `/v1/payment_intents/${reference}/increment_authorization`;
        await stripe.post(path, amount, `${paymentId}-raise-${amountMinor}`, signal);
        return { kind: 'done', reference };
      });
    },

    async capture(request, signal) {
      const { paymentId, amountMinor } = request;
      const reference = await findIntent(request, signal);
      if (reference === undefined) return { kind: 'declined', reason: 'Stripe has no such payment.' };
      return declinedOr(async () => {
        const path = `/v1/payment_intents/${reference}/capture`;
        const intent = await stripe.post(
          path,
          { amount_to_capture: amountMinor },
          `${paymentId}-capture`,
          signal,
        );
        return { kind: 'done', reference, amountMinor: Number(intent['amount_received']) };
      });
    },

    async void(request, signal) {
      const { paymentId } = request;
      const reference = await findIntent(request, signal);
      // Nothing is held. An approval that comes later is told, and voided then.
      if (reference === undefined) return { kind: 'done', reference: `none_${paymentId}` };
      const intent = await stripe.get(`/v1/payment_intents/${reference}`, {}, signal);
      if (intent['status'] === 'canceled') return { kind: 'done', reference };
      return declinedOr(async () => {
        if (intent['status'] === 'succeeded') {
          // Captured, by whoever: what was given up is given back whole.
          await stripe.post('/v1/refunds', { payment_intent: reference }, `${paymentId}-void-refund`, signal);
        } else {
          await stripe.post(`/v1/payment_intents/${reference}/cancel`, {}, `${paymentId}-void`, signal);
        }
        return { kind: 'done', reference };
      });
    },

    async refund(request, signal) {
      const { refundId, amountMinor } = request;
      const reference = await findIntent(request, signal);
      if (reference === undefined) return { kind: 'declined', reason: 'Stripe has no such payment.' };
      return declinedOr(async () => {
        const refund = await stripe.post(
          '/v1/refunds',
          {
            payment_intent: reference,
            amount: amountMinor,
            'metadata[halfhour_refund]': refundId,
            'metadata[halfhour_payment]': request.paymentId,
            'metadata[halfhour_market]': request.marketId,
          },
          refundId,
          signal,
        );
        // One that is pending was taken from our balance; that it failed later is found by reconciliation.
        const isFailed = refund['status'] === 'failed' || refund['status'] === 'canceled';
        return isFailed
          ? { kind: 'declined', reason: `Stripe says ${String(refund['failure_reason'])}.` }
          : { kind: 'done', reference: String(refund['id']) };
      });
    },

    async operations(marketId, { from, to, cursor }, signal) {
      const page = await stripe.get(
        '/v1/balance_transactions',
        {
          'created[gte]': Math.floor(from / SECOND_MS),
          'created[lt]': Math.ceil(to / SECOND_MS),
          'expand[0]': 'data.source',
          limit: PAGE,
          ...(cursor === undefined ? {} : { starting_after: cursor }),
        },
        signal,
      );
      const rows = page['data'] as StripeObject[];
      return {
        items: rows.flatMap((row) => operationOf(row['source'] as StripeObject, row['created'], marketId)),
        ...(page['has_more'] === true ? { next: String(rows.at(-1)!['id']) } : {}),
      };
    },

    payouts: (marketId, span, signal) => listStripePayouts(stripe, marketId, span, signal),

    async operationsOf(marketId, { reference }, signal) {
      if (reference === undefined) return [];
      const query = { payment_intent: reference, limit: PAGE };
      const [charges, refunds] = await Promise.all([
        stripe.get('/v1/charges', query, signal),
        stripe.get('/v1/refunds', query, signal),
      ]);
      return [...(charges['data'] as StripeObject[]), ...(refunds['data'] as StripeObject[])].flatMap(
        (each) => operationOf(each, each['created'], marketId),
      );
    },

    readNotification({ body, text, headers, marketId }) {
      if (!isSignedByStripe(text, headers['stripe-signature'], webhookSecret, clock.now())) return undefined;
      const type = String(body['type']);
      return type.startsWith('charge.dispute.')
        ? readDispute(type, ((body['data'] ?? {}) as StripeObject)['object'] as StripeObject, marketId)
        : notificationOf(body, marketId);
    },
  };
}

/** A no of Stripe's is a no for good; what throws otherwise is asked again. */
async function declinedOr(ask: () => Promise<PaymentAnswer>): Promise<PaymentAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof StripeRefusal)
      return { kind: 'declined', reason: `${error.code}: ${error.message}` };
    throw error;
  }
}

/** `pi_123_secret_456`, the client's secret, begins with the payment that it is of. */
function intentOf(token: string): string {
  return token.split('_secret_')[0]!;
}

/** Statuses: https://docs.stripe.com/payments/paymentintents/lifecycle */
function answerOf(intent: StripeObject): PaymentAnswer {
  const reference = String(intent['id']);
  switch (intent['status']) {
    case 'requires_capture':
    case 'succeeded':
      return { kind: 'done', reference };
    case 'requires_action': {
      const next = intent['next_action'] as StripeObject | null;
      const redirect = next?.['redirect_to_url'] as StripeObject | undefined;
      // Without a page of its own it is Stripe's script in the shopper's browser that shows the challenge.
      const url = String(redirect?.['url'] ?? '');
      return { kind: 'challenge', url, token: String(intent['client_secret']) };
    }
    case 'requires_payment_method':
    case 'canceled': {
      const failure = intent['last_payment_error'] as StripeObject | null | undefined;
      return { kind: 'declined', reason: String(failure?.['message'] ?? 'Stripe declined it.') };
    }
    default:
      return { kind: 'pending' };
  }
}

function operationOf(source: StripeObject, created: unknown, marketId: MarketId): ProviderOperation[] {
  const metadata = (source['metadata'] ?? {}) as Readonly<Record<string, string>>;
  const at: EpochMs = epochMs(Number(created) * SECOND_MS);
  const paymentId = parseId('pay', metadata['halfhour_payment'] ?? '');
  if (source['object'] === 'charge') {
    const amountMinor = Number(source['amount_captured']);
    if (paymentId === undefined || metadata['halfhour_market'] !== marketId || amountMinor === 0) return [];
    return [{ id: String(source['id']), kind: 'capture', paymentId, amountMinor, at }];
  }
  const refundId = parseId('ref', metadata['halfhour_refund'] ?? '');
  const isRefund = source['object'] === 'refund' && source['status'] !== 'failed';
  if (!isRefund || refundId === undefined || paymentId === undefined) return [];
  if (metadata['halfhour_market'] !== marketId) return [];
  const amountMinor = Number(source['amount']);
  return [{ id: String(source['id']), kind: 'refund', paymentId, refundId, amountMinor, at }];
}

/** What an event means for a payment; those that mean nothing are taken and ignored, or Stripe sends them for days. */
function notificationOf(
  body: NotificationRequest['body'],
  marketId: MarketId,
): PaymentNotification | 'ignored' {
  const subject = ((body['data'] ?? {}) as StripeObject)['object'] as StripeObject | undefined;
  const metadata = (subject?.['metadata'] ?? {}) as Readonly<Record<string, string>>;
  const paymentId = parseId('pay', metadata['halfhour_payment'] ?? '');
  if (subject === undefined || paymentId === undefined || metadata['halfhour_market'] !== marketId) {
    return 'ignored';
  }
  const reference = String(subject['id']);
  switch (body['type']) {
    case 'payment_intent.amount_capturable_updated':
    case 'payment_intent.succeeded':
      return { paymentId, outcome: 'authorised', reference };
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return { paymentId, outcome: 'declined', reference };
    default:
      return 'ignored';
  }
}
