import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { ManualClock, SECOND_MS, epochMs, idFromKey, systemTicker } from '@halfhour/kernel';
import type { PaymentAnswer, PaymentProvider, PaymentRequest } from './provider.ts';
import type { Send } from './stripe-client.ts';
import { createStripeProvider } from './stripe-provider.ts';

const clock = new ManualClock(epochMs(1_780_000_000_000));
const marketId = idFromKey('mkt', 1n);
const paymentId = idFromKey('pay', 2n);
const refundId = idFromKey('ref', 3n);
const SECRET_KEY = 'sk_test_not_a_key';
const WEBHOOK_SECRET = 'whsec_not_a_secret';
const { signal } = new AbortController();

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly form: Record<string, string>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stripe as it was recorded: an answer for each request, in turn; nothing goes to the network. */
function recorded(...answers: readonly (readonly [number, unknown] | Error)[]) {
  const sent: Sent[] = [];
  const left = [...answers];
  const send: Send = (url, { method, headers, body }) => {
    const { pathname, searchParams } = new URL(url);
    const form = Object.fromEntries(method === 'GET' ? searchParams : new URLSearchParams(body));
    sent.push({ method, path: pathname, form, headers });
    const answer = left.shift();
    assert.ok(answer !== undefined, `nothing was recorded for ${method} ${pathname}`);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ status: answer[0], json: () => Promise.resolve(answer[1]) });
  };
  const provider = createStripeProvider({
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    clock,
    ticker: systemTicker,
    send,
  });
  return { provider, sent };
}

const request = (over: Partial<PaymentRequest> = {}): PaymentRequest => ({
  marketId,
  paymentId,
  amountMinor: 1_390,
  currency: 'UYU',
  method: 'pm_card_visa',
  reference: undefined,
  ...over,
});

const metadata = { halfhour_payment: paymentId, halfhour_market: marketId };

/** As in https://docs.stripe.com/api/payment_intents/object, without what is not read. */
const intent = (over: object = {}) => ({
  id: 'pi_3MtwBw',
  object: 'payment_intent',
  amount: 1_390,
  amount_capturable: 1_390,
  amount_received: 0,
  capture_method: 'manual',
  client_secret: 'pi_3MtwBw_secret_YrKJ',
  currency: 'uyu',
  last_payment_error: null,
  metadata,
  next_action: null,
  status: 'requires_capture',
  ...over,
});

const refusal = (status: number, error: object) => [status, { error }] as const;

test('a payment is confirmed at once, captured by hand, and carries our ids and one idempotency key', async () => {
  const { provider, sent } = recorded([200, intent()]);
  assert.deepEqual(await provider.authorise(request(), signal), { kind: 'done', reference: 'pi_3MtwBw' });
  assert.deepEqual(sent[0]!.form, {
    amount: '1390',
    currency: 'uyu',
    capture_method: 'manual',
    confirm: 'true',
    payment_method: 'pm_card_visa',
    'payment_method_types[0]': 'card',
    'metadata[halfhour_payment]': paymentId,
    'metadata[halfhour_market]': marketId,
  });
  assert.equal(sent[0]!.headers['idempotency-key'], `${paymentId}-authorise`);
  assert.equal(sent[0]!.headers['authorization'], `Bearer ${SECRET_KEY}`);
});

test('each state of a payment is the answer that it means', async () => {
  const cases: readonly (readonly [object, PaymentAnswer])[] = [
    [{ status: 'requires_capture' }, { kind: 'done', reference: 'pi_3MtwBw' }],
    [{ status: 'processing' }, { kind: 'pending' }],
    [
      {
        status: 'requires_action',
        next_action: { type: 'redirect_to_url', redirect_to_url: { url: 'https://hooks.stripe.com/3ds' } },
      },
      { kind: 'challenge', url: 'https://hooks.stripe.com/3ds', token: 'pi_3MtwBw_secret_YrKJ' },
    ],
    [
      { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } },
      { kind: 'challenge', url: '', token: 'pi_3MtwBw_secret_YrKJ' },
    ],
    [
      { status: 'requires_payment_method', last_payment_error: { message: 'Your card was declined.' } },
      { kind: 'declined', reason: 'Your card was declined.' },
    ],
  ];
  for (const [over, answer] of cases) {
    const { provider } = recorded([200, intent(over)]);
    assert.deepEqual(await provider.authorise(request(), signal), answer, JSON.stringify(over));
  }
});

test('a challenge is asked about by the payment that it is of, since a repeated request repeats its answer', async () => {
  const { provider, sent } = recorded([200, intent()]);
  const answer = await provider.authorise(request({ challengeToken: 'pi_3MtwBw_secret_YrKJ' }), signal);
  assert.deepEqual(answer, { kind: 'done', reference: 'pi_3MtwBw' });
  assert.deepEqual([sent[0]!.method, sent[0]!.path], ['GET', '/v1/payment_intents/pi_3MtwBw']);
});

test('what Stripe refuses is a no; what fails otherwise is no answer, and no error holds the key', async () => {
  const declined = recorded(
    refusal(402, { type: 'card_error', code: 'card_declined', decline_code: 'lost_card', message: 'No.' }),
  );
  assert.deepEqual(await declined.provider.authorise(request(), signal), {
    kind: 'declined',
    reason: 'lost_card: No.',
  });
  for (const failure of [
    refusal(401, { type: 'invalid_request_error', message: `Invalid API Key provided: ${SECRET_KEY}` }),
    refusal(429, { type: 'invalid_request_error', code: 'rate_limit' }),
    refusal(500, { type: 'api_error' }),
    new Error('socket hang up'),
  ]) {
    const { provider } = recorded(failure);
    await assert.rejects(provider.authorise(request(), signal), (error: Error) => {
      assert.ok(!error.message.includes(SECRET_KEY));
      return true;
    });
  }
});

test('capture, raise and refund ask for the amount, each under a key of its own, and tell what was taken', async () => {
  const reference = 'pi_3MtwBw';
  const { provider, sent } = recorded(
    [200, intent({ amount: 2_000 })],
    [200, intent({ status: 'succeeded', amount_received: 1_200 })],
    [200, { id: 're_1', object: 'refund', status: 'succeeded', amount: 400 }],
    refusal(400, { code: 'charge_already_refunded', message: 'Already.' }),
  );
  await provider.raise(request({ reference, amountMinor: 2_000 }), signal);
  const captured = await provider.capture(request({ reference }), signal);
  assert.deepEqual(captured, { kind: 'done', reference, amountMinor: 1_200 });
  const refund = { ...request({ reference, amountMinor: 400 }), refundId };
  assert.deepEqual(await provider.refund(refund, signal), { kind: 'done', reference: 're_1' });
  assert.equal((await provider.refund(refund, signal)).kind, 'declined');
  assert.deepEqual(
    sent.map(({ path, form, headers }) => [
      path,
      form['amount'] ?? form['amount_to_capture'],
      headers['idempotency-key'],
    ]),
    [
      ['/v1/payment_intents/pi_3MtwBw/increment_authorization', '2000', `${paymentId}-raise-2000`],
      ['/v1/payment_intents/pi_3MtwBw/capture', '1390', `${paymentId}-capture`],
      ['/v1/refunds', '400', refundId],
      ['/v1/refunds', '400', refundId],
    ],
  );
});

test('a void lets go of what is held, gives back what was taken, and looks for what was never answered', async () => {
  const held = recorded([200, intent()], [200, intent({ status: 'canceled' })]);
  await held.provider.void(request({ reference: 'pi_3MtwBw' }), signal);
  assert.equal(held.sent[1]!.path, '/v1/payment_intents/pi_3MtwBw/cancel');
  const taken = recorded([200, intent({ status: 'succeeded' })], [200, { id: 're_2', status: 'succeeded' }]);
  await taken.provider.void(request({ reference: 'pi_3MtwBw' }), signal);
  assert.deepEqual(taken.sent[1]!.form, { payment_intent: 'pi_3MtwBw' });
  const gone = recorded([200, intent({ status: 'canceled' })]);
  assert.equal((await gone.provider.void(request({ reference: 'pi_3MtwBw' }), signal)).kind, 'done');
  const unknown = recorded([200, { object: 'search_result', data: [] }]);
  assert.equal((await unknown.provider.void(request(), signal)).kind, 'done');
  assert.equal(unknown.sent[0]!.form['query'], `metadata['halfhour_payment']:'${paymentId}'`);
});

test('the list of what moved is paged, and only what is of this market is in it', async () => {
  const charge = { object: 'charge', id: 'ch_1', amount: 1_390, amount_captured: 1_200, metadata };
  const refund = {
    object: 'refund',
    id: 're_1',
    amount: 400,
    status: 'succeeded',
    metadata: { ...metadata, halfhour_refund: refundId },
  };
  const elsewhere = { ...charge, metadata: { ...metadata, halfhour_market: idFromKey('mkt', 9n) } };
  const row = (id: string, source: object) => ({
    object: 'balance_transaction',
    id,
    created: 1_780_000_000,
    source,
  });
  const { provider, sent } = recorded(
    [200, { data: [row('txn_1', charge), row('txn_2', elsewhere)], has_more: true }],
    [200, { data: [row('txn_3', refund), row('txn_4', { object: 'payout' })], has_more: false }],
  );
  const span = { from: epochMs(1_779_999_000_500), to: epochMs(1_780_000_000_500) };
  const first = await provider.operations!(marketId, span, signal);
  const second = await provider.operations!(marketId, { ...span, cursor: first.next }, signal);
  const at = epochMs(1_780_000_000_000);
  assert.deepEqual(
    [...first.items, ...second.items],
    [
      { id: 'ch_1', kind: 'capture', paymentId, amountMinor: 1_200, at },
      { id: 're_1', kind: 'refund', paymentId, refundId, amountMinor: 400, at },
    ],
  );
  assert.deepEqual(
    [sent[0]!.form['created[gte]'], sent[0]!.form['created[lt]']],
    ['1779999000', '1780000001'],
  );
  assert.equal(sent[1]!.form['starting_after'], 'txn_2');
  assert.equal(second.next, undefined);
});

test('a payout tells what of it is of the market: charges, refunds and disputes with their fees, less what is of others', async () => {
  const page = (...data: readonly object[]) => [200, { data, has_more: false }] as const;
  const payout = { id: 'po_1', object: 'payout', arrival_date: 1_780_000_000, amount: 2_000 };
  const item = (amount: number, fee: number, source: object | null) => ({
    id: `txn_${amount}`,
    amount,
    fee,
    net: amount - fee,
    source,
  });
  const ours = { halfhour_market: marketId };
  const { provider, sent } = recorded(
    page({ ...payout, status: 'paid' }, { ...payout, id: 'po_2', status: 'in_transit' }),
    page(
      item(3_000, 90, { object: 'charge', metadata: ours }),
      item(-400, 0, { object: 'refund', metadata: ours }),
      item(-500, 15, { object: 'dispute', payment_intent: 'pi_3MtwBw' }),
      item(700, 20, { object: 'charge', metadata: { halfhour_market: idFromKey('mkt', 9n) } }),
      item(-675, 0, { object: 'topup', metadata: {} }),
      item(-2_000, 0, { object: 'payout' }),
    ),
    [200, intent()],
  );
  const span = { from: epochMs(1_779_999_000_000), to: epochMs(1_780_000_000_500) };
  const found = await provider.payouts!(marketId, span, new AbortController().signal);
  assert.deepEqual(found, [
    {
      reference: 'po_1',
      state: 'paid',
      at: epochMs(1_780_000_000_000),
      // Without the 680 of the other market; the 675 that name none are in it and not explained.
      amountMinor: 1_320,
      grossMinor: 2_100,
      feesMinor: 105,
    },
  ]);
  assert.deepEqual(
    sent.map(({ path }) => path),
    ['/v1/payouts', '/v1/balance_transactions', '/v1/payment_intents/pi_3MtwBw'],
  );
  assert.equal(sent[1]!.form['payout'], 'po_1');
});

test('a notification counts when Stripe signed its bytes within five minutes', () => {
  const { provider } = recorded();
  const text = JSON.stringify({
    type: 'payment_intent.amount_capturable_updated',
    data: { object: intent() },
  });
  const sign = (seconds: number, secret = WEBHOOK_SECRET, of = text): string =>
    `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${of}`).digest('hex')}`;
  const now = Math.floor(clock.now() / SECOND_MS);
  const read = (signature: string | undefined, given = text, market = marketId) =>
    readNotification(provider, given, signature, market);
  const told = { paymentId, outcome: 'authorised', reference: 'pi_3MtwBw' };
  assert.deepEqual(read(sign(now)), told);
  assert.deepEqual(
    read(`${sign(now, 'whsec_old')},${sign(now).split(',')[1]}`),
    told,
    'while a secret changes',
  );
  assert.equal(read(sign(now - 301)), undefined);
  assert.equal(read(sign(now + 301)), undefined);
  assert.equal(read(sign(now, 'whsec_other')), undefined);
  assert.equal(read(undefined), undefined);
  assert.equal(read('t=1,v1=zz'), undefined);
  assert.equal(read(sign(now), text.replace('1390', '1391')), undefined, 'other bytes');
  assert.equal(read(sign(now), text, idFromKey('mkt', 9n)), 'ignored', 'of another market');
  const other = JSON.stringify({ type: 'invoice.paid', data: { object: { id: 'in_1' } } });
  assert.equal(read(sign(now, WEBHOOK_SECRET, other), other), 'ignored');
});

test('a dispute is told with the payment that it is of', async () => {
  const now = Math.floor(clock.now() / SECOND_MS);
  const dispute = {
    id: 'dp_1',
    object: 'dispute',
    amount: 1_390,
    payment_intent: 'pi_3MtwBw',
    status: 'needs_response',
    evidence_details: { due_by: 1_780_900_000 },
  };
  const signed = (type: string, object: object): [string, string] => {
    const text = JSON.stringify({ type, data: { object } });
    const digest = createHmac('sha256', WEBHOOK_SECRET).update(`${now}.${text}`).digest('hex');
    return [text, `t=${now},v1=${digest}`];
  };
  const { provider, sent } = recorded([200, intent()], [200, intent()]);
  const opened = await readNotification(provider, ...signed('charge.dispute.created', dispute), marketId);
  assert.deepEqual(opened, {
    paymentId,
    outcome: 'dispute',
    status: 'opened',
    reference: 'dp_1',
    amountMinor: 1_390,
    evidenceDueAt: epochMs(1_780_900_000_000),
  });
  const closed = { ...dispute, status: 'lost', evidence_details: null };
  const ended = await readNotification(provider, ...signed('charge.dispute.closed', closed), marketId);
  assert.ok(typeof ended === 'object' && ended.outcome === 'dispute' && ended.status === 'lost');
  assert.equal(sent[0]!.path, '/v1/payment_intents/pi_3MtwBw');
  const updated = signed('charge.dispute.updated', dispute);
  assert.equal(await readNotification(provider, ...updated, marketId), 'ignored');
});

function readNotification(
  provider: PaymentProvider,
  text: string,
  signature: string | undefined,
  market: typeof marketId,
) {
  return provider.readNotification({
    marketId: market,
    body: JSON.parse(text) as Record<string, unknown>,
    text,
    headers: { 'stripe-signature': signature },
  });
}
