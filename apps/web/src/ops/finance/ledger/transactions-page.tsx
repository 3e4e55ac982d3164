import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { Journal } from './journal.tsx';
import { LedgerFrame } from './ledger-frame.tsx';
import { useTransactions } from './use-ledger.ts';

/** Every transaction of the market, newest first. */
export function TransactionsPage() {
  const { query, items } = useTransactions();
  const t = text.ledger;
  return (
    <LedgerFrame view="journal">
      <FetchedPages query={query} items={items}>
        {(all) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.noTransactions} hint={t.noAccountsHint} />
          ) : (
            <Journal transactions={all} />
          )
        }
      </FetchedPages>
    </LedgerFrame>
  );
}
