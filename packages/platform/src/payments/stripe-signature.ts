import { createHmac, timingSafeEqual } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '@halfhour/kernel';

/** A notification that is older was recorded by somebody and sent again. */
const TOLERANCE_MS = 300 * SECOND_MS;

/**
 * Whether Stripe signed these bytes a moment ago: `Stripe-Signature: t=…,v1=…[,v1=…]`, the HMAC-SHA256 of
 * `<t>.<body>` (https://docs.stripe.com/webhooks#verify-manually). Two `v1` are there while a secret is changed.
 */
export function isSignedByStripe(
  text: string,
  header: string | undefined,
  secret: string,
  now: EpochMs,
): boolean {
  if (header === undefined || header.length > 1_000) return false;
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const seconds = parts.find(([name]) => name === 't')?.[1];
  if (seconds === undefined || !/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(now - Number(seconds) * SECOND_MS) > TOLERANCE_MS) return false;
  const expected = createHmac('sha256', secret).update(`${seconds}.${text}`).digest();
  return parts.some(([name, value]) => {
    if (name !== 'v1' || value === undefined || !/^[0-9a-f]{64}$/.test(value)) return false;
    return timingSafeEqual(Buffer.from(value, 'hex'), expected);
  });
}
