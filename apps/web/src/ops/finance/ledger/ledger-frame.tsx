import { ActionIcon, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { text } from '../../../text/index.ts';
import { useFinance } from '../use-finance.ts';
import { Page } from '../../../ui/work/page.tsx';
import { Views } from '../../../ui/work/views.tsx';
import { pathOfSearch } from './search.ts';

/** What the pages of the ledger share: its views, and the search for an order, a transaction or an account. */
export function LedgerFrame({
  view,
  children,
}: {
  view: 'accounts' | 'journal' | 'trial';
  children: ReactNode;
}) {
  const { paths } = useFinance();
  const t = text.ledger;
  return (
    <Page title={t.title} lead={t.lead} actions={<LedgerSearch />}>
      <Views
        label={t.views.label}
        here={view}
        views={[
          { name: 'accounts', title: t.views.accounts, path: paths.ledger },
          { name: 'journal', title: t.views.journal, path: paths.transactions },
          { name: 'trial', title: t.views.trial, path: paths.trialBalance },
        ]}
      />
      {children}
    </Page>
  );
}

function LedgerSearch() {
  const { paths } = useFinance();
  const [, navigate] = useLocation();
  const [wanted, setWanted] = useState('');
  const [refused, setRefused] = useState(false);
  const t = text.ledger.search;
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const path = pathOfSearch(wanted, paths);
        setRefused(path === undefined);
        if (path !== undefined) navigate(path);
      }}
    >
      <TextInput
        w={340}
        maw="100%"
        aria-label={t.label}
        placeholder={t.placeholder}
        value={wanted}
        onChange={(event) => {
          setWanted(event.currentTarget.value);
          setRefused(false);
        }}
        error={refused ? t.refused : undefined}
        leftSection={<Search aria-hidden className="size-4" />}
        rightSection={
          <ActionIcon type="submit" variant="subtle" aria-label={t.go} disabled={wanted.trim() === ''}>
            →
          </ActionIcon>
        }
        data-testid="ledger-search"
      />
    </form>
  );
}
