import { Button } from '@mantine/core';
import { statusOf } from '../../../api/index.ts';
import { SignInRedirect } from '../../../session/sign-in-redirect.tsx';
import { text } from '../../../text/index.ts';
import { ErrorNotice, Loading, Notice } from '../../../ui/notice.tsx';
import { Journal } from './journal.tsx';
import { LedgerFrame } from './ledger-frame.tsx';
import { useTransactions } from './use-ledger.ts';

/** Every transaction of the market, newest first. */
export function TransactionsPage() {
  const { query, items } = useTransactions();
  const t = text.ledger;
  return (
    <LedgerFrame view="journal">
      {items === undefined ? (
        statusOf(query.error) === 401 ? (
          <SignInRedirect />
        ) : query.isError ? (
          <ErrorNotice error={query.error}>
            <Button onClick={() => void query.refetch()}>{text.retry}</Button>
          </ErrorNotice>
        ) : (
          <Loading />
        )
      ) : items.length === 0 ? (
        <Notice icon="empty" title={t.noTransactions} hint={t.noAccountsHint} />
      ) : (
        <>
          <Journal transactions={items} />
          {query.hasNextPage && (
            <div className="flex justify-center">
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {t.older}
              </Button>
            </div>
          )}
        </>
      )}
    </LedgerFrame>
  );
}
