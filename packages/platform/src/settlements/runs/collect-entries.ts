import {
  type AccountId,
  type CourierId,
  type MarketId,
  type StoreId,
  type TransactionId,
  HOUR_MS,
  invariant,
  keyOf,
  parseId,
} from '@halfhour/kernel';
import { type PayablePostings, selectPayablePostings } from '../../ledger/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { selectStores } from '../../stores/index.ts';
import type { PayeeId } from '../payee.ts';
import { type PayeeAccount, insertAccounts, insertEntries, selectCollected } from './entry-store.ts';

/** Transactions that are read at once. */
const PAGE = 20_000;
/** A transaction gets its id before it commits, and clocks of processes differ: so much is looked at again. */
const AGAIN_MS = HOUR_MS;
/** Keys hold milliseconds above 22 bits (see kernel/ids). */
const KEY_OF_MS = 1n << 22n;

/**
 * Copies what the ledger has posted to merchants' and couriers' accounts since `newest` as entries, and proves that
 * nothing is missing: each account's entries must add up to its balance, both read in one moment. Where they do not, a
 * transaction has committed later than `AGAIN_MS` allows for, and all is looked at again.
 *
 * @param newest the last transaction that was collected, as its key. The collector's row is held.
 * @returns the last transaction now
 * @throws InvariantViolation when the ledger's balances are not the sums of its postings
 */
export async function collectEntries(tx: Tx, marketId: MarketId, newest: string): Promise<string> {
  const again = BigInt(newest) - BigInt(AGAIN_MS) * KEY_OF_MS;
  const soon = await collectFrom(tx, marketId, again > 0n ? again : 0n);
  if (soon.missing === undefined) return soon.newest ?? newest;
  const all = await collectFrom(tx, marketId, 0n);
  invariant(all.missing === undefined, `the entries of ${all.missing} are not its balance`);
  return all.newest ?? newest;
}

async function collectFrom(
  tx: Tx,
  marketId: MarketId,
  from: bigint,
): Promise<{ readonly newest: string | undefined; readonly missing: string | undefined }> {
  let next = from;
  let last: TransactionId | undefined;
  for (;;) {
    const page = await selectPayablePostings(tx, marketId, next.toString(), PAGE);
    await addAccounts(tx, marketId, page);
    await insertEntries(tx, marketId, page.postings);
    last = page.last ?? last;
    if (page.more) {
      next = BigInt(keyOf(page.last!)) + 1n;
      continue;
    }
    const collected = await selectCollected(tx, marketId);
    const missing = page.accounts.find(({ id, owedMinor }) => collected.get(id) !== owedMinor);
    return { newest: last === undefined ? undefined : keyOf(last), missing: missing?.code };
  }
}

/** Accounts that were not known, with whom they belong to. */
async function addAccounts(tx: Tx, marketId: MarketId, { accounts }: PayablePostings): Promise<void> {
  const known = await selectCollected(tx, marketId);
  const fresh = accounts.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return;
  const owners = fresh.map(({ id, code }) => ({ id, code, owner: ownerOf(code) }));
  const storeIds = owners.flatMap(({ owner }) => (owner.startsWith('sto_') ? [owner as StoreId] : []));
  const stores = await selectStores(tx, marketId, storeIds);
  await insertAccounts(
    tx,
    marketId,
    owners.map(({ id, code, owner }): PayeeAccount => ({ id, code, payee: payeeOf(id, owner) })),
  );

  function payeeOf(id: AccountId, owner: StoreId | CourierId): PayeeId {
    if (owner.startsWith('cou_')) return owner as CourierId;
    const store = stores.get(owner as StoreId);
    invariant(store !== undefined, `account ${id} is of a store that is not there: ${owner}`);
    return store.merchantId;
  }
}

/** Whose an account is: `merchant:sto_…:payable` or `courier:cou_…:payable`. */
export function ownerOf(code: string): StoreId | CourierId {
  const name = code.split(':')[1] ?? '';
  const owner = parseId('sto', name) ?? parseId('cou', name);
  invariant(owner !== undefined, `nobody is owed on ${code}`);
  return owner;
}
