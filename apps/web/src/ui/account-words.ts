import { text } from '../text/index.ts';
import { shortCode } from './short-code.ts';

/** The two parts of an account's code: which account of the chart it is, and whose, for those that are kept for each owner. */
export interface AccountCode {
  /** As in the catalogue: `merchant:*:payable`. */
  readonly family: string;
  /** A store, courier, provider, shopper or authority. */
  readonly owner?: string;
}

const KEPT_FOR_EACH = /^(merchant|courier|wallet|payments|tax):([^:]+):([a-z-]+)$|^(subsidies):([^:]+)$/;

export function accountCodeOf(code: string): AccountCode {
  const match = KEPT_FOR_EACH.exec(code);
  if (match === null) return { family: code };
  const [, first, owner, last, alone, bearer] = match;
  return alone === undefined
    ? { family: `${first}:*:${last}`, owner: owner! }
    : { family: `${alone}:*`, owner: bearer! };
}

/** What a finance person calls an account; its code where the catalogue has no name for it. */
export function accountName(code: string, nameOf: (id: string) => string | undefined): string {
  const { family, owner } = accountCodeOf(code);
  const names: Readonly<Record<string, string>> = text.ledger.account;
  const name = names[family];
  if (name === undefined) return code;
  return owner === undefined ? name : text.ledger.of(name, nameOf(owner) ?? ownerCode(owner));
}

/** What the accounts of one family are called together. */
export function familyName(family: string): string {
  const names: Readonly<Record<string, string>> = text.ledger.account;
  return names[family] ?? family;
}

function ownerCode(owner: string): string {
  return /^[a-z]{3}_/.test(owner) ? shortCode(owner) : owner;
}

/** What a transaction of this kind is; its own word where the catalogue has none. A kind may end with the id of its cause. */
export function kindName(kind: string): string {
  const names: Readonly<Record<string, string>> = text.ledger.kind;
  return names[kind.replace(/-[a-z]{3}_[0-9a-v]{13}$/, '')] ?? kind;
}
