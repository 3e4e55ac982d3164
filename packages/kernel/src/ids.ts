import { invariant } from './invariant.ts';
import { type EpochMs, epochMs } from './time.ts';

/**
 * What an id names. The prefix is part of the id wherever people and programs see it; Postgres stores
 * the 63-bit key alone as bigint (a tenth faster than uuid on the hot tables).
 */
export type IdPrefix =
  | 'acc' // ledger account
  | 'act' // action of a person in the audit trail
  | 'api' // API key
  | 'art' // article
  | 'cas' // support case
  | 'cmp' // compensation
  | 'cls' // close of a period of the ledger
  | 'cor' // correction of the ledger
  | 'cou' // courier
  | 'dep' // cash deposit of a courier
  | 'exc' // payment exception: something about money that a person has to look at
  | 'inv' // tax invoice or credit note to a merchant
  | 'mer' // merchant
  | 'mkt' // market
  | 'mov' // movement of a wallet
  | 'msg' // webhook message
  | 'off' // offer
  | 'ord' // order
  | 'pay' // payment
  | 'ppo' // payout of a payment provider to the bank
  | 'pyo' // payout to a merchant or courier
  | 'ref' // refund
  | 'rte' // route
  | 'ses' // session
  | 'shf' // shift
  | 'srn' // settlement run
  | 'stl' // settlement of one merchant or courier
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
export type DepositId = Id<'dep'>;
export type PaymentExceptionId = Id<'exc'>;
export type CourierId = Id<'cou'>;
export type ShiftId = Id<'shf'>;
export type TaskId = Id<'tsk'>;
export type RouteId = Id<'rte'>;
export type AccountId = Id<'acc'>;
export type TransactionId = Id<'txn'>;
export type CloseId = Id<'cls'>;
export type CorrectionId = Id<'cor'>;
export type UserId = Id<'usr'>;
export type ActionId = Id<'act'>;
export type CaseId = Id<'cas'>;
export type CompensationId = Id<'cmp'>;
export type MovementId = Id<'mov'>;
export type SessionId = Id<'ses'>;
export type ApiKeyId = Id<'api'>;
export type SettlementRunId = Id<'srn'>;
export type SettlementId = Id<'stl'>;
export type PayoutId = Id<'pyo'>;
export type InvoiceId = Id<'inv'>;
export type WebhookId = Id<'whk'>;
export type WebhookMessageId = Id<'msg'>;

/** Gives new ids, rising with time. */
export interface IdSource {
  /** With `like`, the new id is of the same shard as that one (see `shardOf`). */
  next<P extends IdPrefix>(prefix: P, like?: Id<IdPrefix>): Id<P>;
}

const BODY_LENGTH = 13;
const BODY = /^[0-7][0-9a-v]{12}$/;
/** 2024-01-01T00:00Z; 41 bits of milliseconds last until 2093. */
const EPOCH = 1_704_067_200_000;
const MAX_MS = 2 ** 41;
const MAX_KEY = 2n ** 63n - 1n;
const SEQUENCES = 1 << 12;
const NODES = 1 << 10;
/** The last character of an id is five bits. */
export const SHARDS = 32;
const DIGITS = '0123456789abcdefghijklmnopqrstuv';
/** The value of each character code that is a digit of base32hex. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(DIGITS.indexOf(String.fromCharCode(code)), 0),
);
const TWO_32 = 2 ** 32;

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
  /** The first eight digits are 38 of the 41 bits of time: they change every eighth millisecond. */
  let head = '';
  let headMs = -1;
  return {
    next(prefix, like) {
      const ms = Math.max(now() - EPOCH, 0);
      if (ms > lastMs) {
        lastMs = ms;
        sequence = 0;
      } else sequence += 1;
      if (like !== undefined) sequence += (shardOf(like) - sequence) & (SHARDS - 1);
      if (sequence >= SEQUENCES) {
        lastMs += 1;
        sequence = like === undefined ? 0 : shardOf(like);
      }
      invariant(lastMs < MAX_MS, 'ids reach to September 2093');
      const eighth = Math.floor(lastMs / 8);
      if (eighth !== headMs) {
        headMs = eighth;
        head = eighth.toString(32).padStart(8, '0');
      }
      // 3 bits of time, 10 of node, 12 of sequence: five digits.
      const tail = ((lastMs & 7) << 22) | (node << 12) | sequence;
      return `${prefix}_${head}${DIGITS[tail >>> 20]}${DIGITS[(tail >>> 15) & 31]}${DIGITS[(tail >>> 10) & 31]}${
        DIGITS[(tail >>> 5) & 31]
      }${DIGITS[tail & 31]}` as Id<typeof prefix>;
    },
  };
}

/**
 * 0 … 31: a fixed part of an id that spreads ids evenly. An order is of the shard of its store, so whoever
 * splits work by it never has two workers at the stock of one store.
 */
export function shardOf(id: Id<IdPrefix>): number {
  return VALUES[id.charCodeAt(id.length - 1)]!;
}

/** When an id was made, by the clock of who made it. */
export function momentOf(id: Id<IdPrefix>): EpochMs {
  return epochMs(Number(BigInt(keyOf(id)) >> 22n) + EPOCH);
}

/** Writes the key of an id as eight bytes, most significant first, as Postgres takes it in binary. */
export function writeKey(id: Id<IdPrefix>, target: Buffer, at: number): void {
  invariant(id.length === 4 + BODY_LENGTH, `not an id: ${id}`);
  let high = 0;
  for (let index = 4; index < 10; index++) high = (high << 5) | VALUES[id.charCodeAt(index)]!;
  let low = 0;
  for (let index = 10; index < 17; index++) low = low * 32 + VALUES[id.charCodeAt(index)]!;
  const carry = Math.floor(low / TWO_32);
  target.writeUInt32BE(high * 8 + carry, at);
  target.writeUInt32BE(low - carry * TWO_32, at + 4);
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
