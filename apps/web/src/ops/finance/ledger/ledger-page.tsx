import { Button, Table } from '@mantine/core';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { Fragment, useState } from 'react';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { Verdict } from '../../../ui/work/verdict.tsx';
import { AccountLink } from './account-link.tsx';
import { familyName } from '../../../ui/account-words.ts';
import { type Chart, chartOf, type Family } from './chart.ts';
import { LedgerFrame } from './ledger-frame.tsx';
import { MOST_ACCOUNTS, useAccounts } from './use-ledger.ts';

/** The chart of accounts with its balances, which is the trial balance as well. */
export function LedgerPage() {
  const accounts = useAccounts();
  const t = text.ledger;
  return (
    <LedgerFrame view="accounts">
      <Fetched query={accounts}>
        {({ accounts: all, complete }) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.noAccounts} hint={t.noAccountsHint} />
          ) : (
            <ChartTable chart={chartOf(all)} complete={complete} />
          )
        }
      </Fetched>
    </LedgerFrame>
  );
}

function ChartTable({ chart, complete }: { chart: Chart; complete: boolean }) {
  const format = useFormat();
  const t = text.ledger;
  return (
    <MoneyTable label={t.views.accounts} data-testid="chart">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.accountHead}</Table.Th>
          <AmountHead w={180}>{t.debitIn(format.currency)}</AmountHead>
          <AmountHead w={180}>{t.creditIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      {chart.kinds.map(({ kind, families, balanceMinor }) => (
        <Table.Tbody key={kind} data-kind={kind}>
          <Table.Tr bg="var(--surface-2)">
            <Table.Th scope="rowgroup">{t.kinds[kind]}</Table.Th>
            <Sides minor={balanceMinor} strong />
          </Table.Tr>
          {families.map((family) => (
            <FamilyRows key={family.family} family={family} />
          ))}
        </Table.Tbody>
      ))}
      <Table.Tfoot>
        <Table.Tr className="border-t-2 border-line">
          <Table.Th scope="row">
            <span className="flex items-center gap-3">
              {t.total}
              {complete ? (
                <Verdict debitMinor={chart.debitMinor} creditMinor={chart.creditMinor} />
              ) : (
                <span className="font-normal text-ink-2">{t.cutOff(format.number(MOST_ACCOUNTS))}</span>
              )}
            </span>
          </Table.Th>
          <AmountCell fw={700} minor={chart.debitMinor} />
          <AmountCell fw={700} minor={chart.creditMinor} />
        </Table.Tr>
      </Table.Tfoot>
    </MoneyTable>
  );
}

/** One account of the chart; where it is kept for each owner, the sum, and the owners on demand. */
function FamilyRows({ family: { family, accounts, balanceMinor } }: { family: Family }) {
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const several = accounts.length > 1;
  const code = several ? family : accounts[0]!.code;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <Fragment>
      <Table.Tr>
        <Table.Td>
          <span className="flex items-center gap-2">
            {several ? (
              <Button
                variant="subtle"
                size="compact-sm"
                ml={-8}
                px={6}
                aria-expanded={open}
                onClick={() => setOpen(!open)}
                leftSection={<Chevron aria-hidden className="size-4" />}
              >
                {familyName(family)}
              </Button>
            ) : (
              <AccountLink code={code} />
            )}
            {several && (
              <span className="text-ink-3">{text.ledger.accounts(format.number(accounts.length))}</span>
            )}
            <span className="ml-auto font-mono text-xs text-ink-3 max-lg:hidden">{code}</span>
          </span>
        </Table.Td>
        <Sides minor={balanceMinor} />
      </Table.Tr>
      {open &&
        accounts.map((account) => (
          <Table.Tr key={account.code} className="text-ink-2">
            <Table.Td pl="xl">
              <span className="flex items-center gap-2">
                <AccountLink code={account.code} />
                <span className="ml-auto font-mono text-xs text-ink-3 max-lg:hidden">{account.code}</span>
              </span>
            </Table.Td>
            <Sides minor={account.balanceMinor} />
          </Table.Tr>
        ))}
    </Fragment>
  );
}

/** A balance on the side on which it stands. */
function Sides({ minor, strong = false }: { minor: number; strong?: boolean }) {
  const weight = strong ? 600 : undefined;
  return (
    <>
      <AmountCell fw={weight} minor={minor >= 0 ? minor : undefined} />
      <AmountCell fw={weight} minor={minor < 0 ? -minor : undefined} />
    </>
  );
}
