import { ROUTES } from '@halfhour/contract';
import { Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { CsvButton } from '../../../ui/work/csv-button.tsx';
import { DocumentLinks } from '../../../ui/work/document-links.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { Page } from '../../../ui/work/page.tsx';
import { accountName, kindName } from '../../../ui/account-words.ts';
import { type LedgerEntry, useAllEntries, useEntries, useNameOf } from './use-ledger.ts';

/** An account's entries, newest first, each with the balance after it. */
export function StatementPage({ code }: { code: string }) {
  const { market, paths } = useFinance();
  const format = useFormat();
  const nameOf = useNameOf();
  const { query, items } = useEntries(code);
  const loadAll = useAllEntries(code);
  const t = text.ledger;
  return (
    <Page
      title={accountName(code, nameOf)}
      above={{ name: t.title, path: paths.ledger }}
      lead={<span className="font-mono text-xs">{code}</span>}
      actions={
        <CsvButton
          name={`${market.slug}-${code.replaceAll(':', '-')}`}
          head={[
            t.statement.when,
            t.statement.transaction,
            t.statement.kind,
            t.statement.cause,
            t.debit,
            t.credit,
            t.balance,
          ]}
          load={async () =>
            (await loadAll()).map((entry) => [
              entry.postedAt,
              entry.transactionId,
              entry.kind,
              entry.cause,
              entry.amountMinor > 0 ? format.plainAmount(entry.amountMinor) : '',
              entry.amountMinor < 0 ? format.plainAmount(-entry.amountMinor) : '',
              format.plainAmount(entry.balanceMinor),
            ])
          }
        />
      }
    >
      <StatementOfDays code={code} />
      <FetchedPages query={query} items={items}>
        {(entries) =>
          entries.length === 0 ? (
            <Notice icon="empty" title={t.statement.none} hint={t.statement.noneHint} />
          ) : (
            <Entries entries={entries} />
          )
        }
      </FetchedPages>
    </Page>
  );
}

/** The statement over days of the market as a file; there are links once both days are named. */
function StatementOfDays({ code }: { code: string }) {
  const { market } = useFinance();
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const t = text.ledger.days;
  return (
    <div className="flex flex-wrap items-end gap-3">
      <TextInput
        type="date"
        label={t.from}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t.until}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {from !== '' && until !== '' && from <= until ? (
        <DocumentLinks
          template={ROUTES.getAccountStatement.path}
          params={{ marketId: market.id }}
          query={{ account: code, from, until }}
          about={text.ledger.statement.label}
        />
      ) : (
        <p className="pb-2 text-ink-2">{t.hint}</p>
      )}
    </div>
  );
}

function Entries({ entries }: { entries: readonly LedgerEntry[] }) {
  const format = useFormat();
  const t = text.ledger;
  return (
    <MoneyTable label={t.statement.label} minWidth={860} highlightOnHover data-testid="statement">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.statement.when}</Table.Th>
          <Table.Th scope="col">{t.statement.kind}</Table.Th>
          <Table.Th scope="col">{t.statement.cause}</Table.Th>
          <AmountHead>{t.debitIn(format.currency)}</AmountHead>
          <AmountHead>{t.creditIn(format.currency)}</AmountHead>
          <AmountHead>{t.balanceIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.transactionId}>
            <Table.Td className="whitespace-nowrap">{format.dateTime(entry.postedAt)}</Table.Td>
            <Table.Td>
              {kindName(entry.kind)}
              {entry.reason !== undefined && <span className="block text-ink-2">{entry.reason}</span>}
            </Table.Td>
            <Table.Td>
              {entry.cause.startsWith('ord_') ? (
                <OrderLink id={entry.cause} />
              ) : (
                <span className="font-mono text-xs text-ink-2">{entry.cause}</span>
              )}
            </Table.Td>
            <AmountCell minor={entry.amountMinor > 0 ? entry.amountMinor : undefined} />
            <AmountCell minor={entry.amountMinor < 0 ? -entry.amountMinor : undefined} />
            <AmountCell fw={600}>
              <Balance minor={entry.balanceMinor} />
            </AmountCell>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}

/** A balance with the side on which it stands, instead of a sign that each kind of account reads otherwise. */
function Balance({ minor }: { minor: number }) {
  const format = useFormat();
  if (minor === 0) return format.amount(0);
  return (
    <>
      {format.amount(Math.abs(minor))}{' '}
      <span className="font-normal text-ink-2">
        {minor > 0 ? text.ledger.debitShort : text.ledger.creditShort}
      </span>
    </>
  );
}
