import { createHmac } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '@halfhour/kernel';

export const SECRET_BYTES = 32;

/** The secret as integrators keep it. */
export function showSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/**
 * The headers of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, a signature for each secret, so that a
 * receiver which knows any of them can verify
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
export function signatureHeaders(
  message: { readonly id: string; readonly body: string },
  at: EpochMs,
  secrets: readonly Buffer[],
): Record<string, string> {
  const timestamp = Math.floor(at / SECOND_MS);
  const signed = `${message.id}.${timestamp}.${message.body}`;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets
      .map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
      .join(' '),
  };
}
