import { Link } from 'wouter';
import { useFinance } from '../use-finance.ts';
import { accountName } from '../../../ui/account-words.ts';
import { useNameOf } from './use-ledger.ts';

/** The name of an account, which leads to its statement. */
export function AccountLink({ code }: { code: string }) {
  const { paths } = useFinance();
  const nameOf = useNameOf();
  return (
    <Link href={paths.account(code)} className="underline-offset-2 hover:text-accent hover:underline">
      {accountName(code, nameOf)}
    </Link>
  );
}
