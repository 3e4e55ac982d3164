import { accountName } from './account-words.ts';
import { useNameOf } from './use-ledger.ts';

/** What an account is called, with the name of the store where it is one’s. */
export function AccountTitle({ code }: { code: string }) {
  const nameOf = useNameOf();
  return accountName(code, nameOf);
}
