import { invariant } from './invariant.ts';
import type { EpochMs } from './time.ts';

/**
 * What an id names. The prefix is part of the id wherever people and programs see it; Postgres stores
 * the 63-bit key alone as bigint (a tenth faster than uuid on the hot tables).
 */
export type IdPrefix =
  | 'acc' // ledger account
  | 'api' // API key
  | 'art' // article
  | 'cou' // courier
  | 'mer' // merchant
  | 'mkt' // market
  | 'msg' // webhook message
  | 'off' // offer
  | 'ord' // order
  | 'pay' // payment
  | 'ref' // refund
  | 'rte' // route
  | 'ses' // session
  | 'shf' // shift
  | 'sto' // store
  | 'tsk' // delivery task
  | 'txn' // ledger transaction
  | 'usr' // user: a person or program that signs in
  | 'whk'; // webhook endpoint

export type Id<P extends IdPrefix> = `${P}_${string}` & { readonly __id: P };

export type MarketId = Id<'mkt'>;
export type MerchantId = Id<'mer'>;
export type StoreId = Id<'sto'>;
export type ArticleId = Id<'art'>;
export type OfferId = Id<'off'>;
export type OrderId = Id<'ord'>;
export type PaymentId = Id<'pay'>;
export type RefundId = Id<'ref'>;
export type CourierId = Id<'cou'>;
export type ShiftId = Id<'shf'>;
export type TaskId = Id<'tsk'>;
export type RouteId = Id<'rte'>;
export type AccountId = Id<'acc'>;
export type TransactionId = Id<'txn'>;
export type UserId = Id<'usr'>;
export type SessionId = Id<'ses'>;
export type ApiKeyId = Id<'api'>;
export type WebhookId = Id<'whk'>;
export type WebhookMessageId = Id<'msg'>;

/** Gives new ids, rising with time. */
export interface IdSource {
  next<P extends IdPrefix>(prefix: P): Id<P>;
}

const BODY_LENGTH = 13;
const BODY = /^[0-7][0-9a-v]{12}$/;
/** 2024-01-01T00:00Z; 41 bits of milliseconds last until 2093. */
const EPOCH = 1_704_067_200_000;
const MAX_MS = 2 ** 41;
const MAX_KEY = 2n ** 63n - 1n;
const SEQUENCE_BITS = 12n;
const NODE_BITS = 10n;
const SEQUENCES = 1 << 12;
const NODES = 1 << 10;

/**
 * Ids of 41 bits time, 10 bits node, 12 bits sequence (Snowflake, Twitter 2010). A millisecond that
 * needs more than 4,096 ids borrows from the next; a clock that steps back does not repeat an id.
 *
 * @param node 0 … 1023, different for each process that writes to one database at a time
 */
export function createIdSource(now: () => EpochMs, node: number): IdSource {
  invariant(Number.isInteger(node) && node >= 0 && node < NODES, `node must be 0 to ${NODES - 1}`);
  let lastMs = 0;
  let sequence = 0;
  return {
    next(prefix) {
      const ms = Math.max(now() - EPOCH, 0);
      if (ms > lastMs) {
        lastMs = ms;
        sequence = 0;
      } else if (++sequence === SEQUENCES) {
        lastMs += 1;
        sequence = 0;
      }
      invariant(lastMs < MAX_MS, 'ids reach to September 2093');
      const key = (((BigInt(lastMs) << NODE_BITS) | BigInt(node)) << SEQUENCE_BITS) | BigInt(sequence);
      return idFromKey(prefix, key);
    },
  };
}

/** The id of a bigint key as Postgres gives it. The body is RFC 4648 base32hex, so text order is key order. */
export function idFromKey<P extends IdPrefix>(prefix: P, key: string | bigint): Id<P> {
  const value = BigInt(key);
  invariant(value >= 0n && value <= MAX_KEY, `not a key: ${key}`);
  return `${prefix}_${value.toString(32).padStart(BODY_LENGTH, '0')}` as Id<P>;
}

/** The bigint key of an id, as decimal text for Postgres. */
export function keyOf(id: Id<IdPrefix>): string {
  const body = id.slice(4);
  invariant(BODY.test(body), `not an id: ${id}`);
  const high = parseInt(body.slice(0, 6), 32);
  const low = parseInt(body.slice(6), 32);
  return (BigInt(high) * 0x8_0000_0000n + BigInt(low)).toString();
}

/** The id where `text` is a well-formed one with this prefix, else undefined. */
export function parseId<P extends IdPrefix>(prefix: P, text: string): Id<P> | undefined {
  return text.startsWith(`${prefix}_`) && BODY.test(text.slice(4)) ? (text as Id<P>) : undefined;
}
