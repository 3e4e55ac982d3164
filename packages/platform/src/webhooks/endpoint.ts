import type { Webhook } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  type MerchantId,
  type Result,
  type WebhookId,
  err,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import type { Position } from '../events/index.ts';
import { isPublicAddress, literalAddress } from './addresses.ts';

/** Endpoints of a market itself, of each of its merchants, and all together. */
export const MAX_OF_MARKET = 20;
export const MAX_OF_MERCHANT = 5;
export const MAX_ENDPOINTS = 1_000;

export type DisabledReason = 'gone' | 'failing';

/** An address of an integrator that gets events of a market. Its secrets are not part of it. */
export interface EndpointRecord {
  readonly id: WebhookId;
  readonly marketId: MarketId;
  /** Whose orders' events it gets; undefined: all of the market. */
  readonly merchantId: MerchantId | undefined;
  readonly url: string;
  /** Empty: all. */
  readonly eventTypes: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason: DisabledReason | undefined;
  /** It gets the events after this one. */
  readonly since: Position;
  /** Where it stays behind the market's reader, if it does. */
  readonly behind: Position | undefined;
  /** The first failure since it last took a message. */
  readonly failingSince: EpochMs | undefined;
  readonly createdAt: EpochMs;
}

/** Whether the caller may see and change an endpoint: operators any, merchants those of the merchants they are. */
export function isOwn(authority: Authority, endpoint: Pick<EndpointRecord, 'merchantId'>): boolean {
  if (authority.scope !== 'own') return true;
  const { merchantId } = endpoint;
  return (
    authority.role === 'merchant' && merchantId !== undefined && authority.merchantIds.includes(merchantId)
  );
}

/**
 * The URL in its normal form. What its name resolves to is looked at when a message is sent, each time.
 *
 * @param development whether http and private networks are allowed
 * @returns `invalid_request` with what is wrong
 */
export function checkUrl(text: string, development: boolean): Result<string, ApiError> {
  const refuse = (detail: string) => err<ApiError>({ code: 'invalid_request', detail });
  if (!URL.canParse(text)) return refuse('`url` is not an absolute URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(development && url.protocol === 'http:')) {
    return refuse('`url` must begin with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('`url` must not hold a user name or password; verify the signature instead.');
  }
  if (url.hash !== '') return refuse('`url` must not have a fragment (#…), which is never sent.');
  const literal = literalAddress(url);
  if (literal !== undefined && !development && !isPublicAddress(literal)) {
    return refuse('`url` must not be an address of a private network.');
  }
  return url.href.length > 2_048 ? refuse('`url` is longer than 2,048 characters.') : ok(url.href);
}

/** The endpoint as the API shows it. */
export function toWebhook(endpoint: EndpointRecord): Webhook {
  const { merchantId, disabledReason, failingSince } = endpoint;
  return {
    id: endpoint.id,
    ...(merchantId === undefined ? {} : { merchantId }),
    url: endpoint.url,
    eventTypes: [...endpoint.eventTypes] as Webhook['eventTypes'],
    enabled: endpoint.enabled,
    ...(disabledReason === undefined ? {} : { disabledReason }),
    ...(failingSince === undefined ? {} : { failingSince: toRfc3339(failingSince) }),
    createdAt: toRfc3339(endpoint.createdAt),
  };
}
