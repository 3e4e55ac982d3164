import { Table } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import type { AnswerOf, RouteOf } from '@halfhour/contract';
import { text } from '../../../text/index.ts';
import { localTimeOf, momentOfLocal } from '../../../ui/zoned-time.ts';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { CsvButton } from '../../../ui/work/csv-button.tsx';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { useUrlState } from '../../../ui/work/use-url-state.ts';
import { Verdict } from '../../../ui/work/verdict.tsx';
import { familyName } from '../../../ui/account-words.ts';
import { KINDS } from './chart.ts';
import { LedgerFrame } from './ledger-frame.tsx';
import { useTrialBalance } from './use-ledger.ts';

type TrialBalance = AnswerOf<RouteOf<'getTrialBalance'>>;

/** The balances of all accounts at a moment of the past, or now. */
export function TrialBalancePage() {
  const { market } = useFinance();
  const [at, setAt] = useUrlState('at');
  const balance = useTrialBalance(at);
  const t = text.ledger.trial;
  return (
    <LedgerFrame view="trial">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <DateTimePicker
          w={280}
          label={t.at}
          description={text.finance.inMarketTime(market.timeZone)}
          placeholder={t.now}
          clearable
          clearButtonProps={{ 'aria-label': t.now }}
          submitButtonProps={{ 'aria-label': text.finance.takeTime }}
          valueFormat="YYYY-MM-DD HH:mm"
          value={at === undefined ? null : localTimeOf(at, market.timeZone)}
          onChange={(local) =>
            setAt(local === null ? undefined : new Date(momentOfLocal(local, market.timeZone)).toISOString())
          }
        />
        {balance.data !== undefined && <Export balance={balance.data} />}
      </div>
      <Fetched query={balance}>{(found) => <TrialTable balance={found} />}</Fetched>
    </LedgerFrame>
  );
}

function Export({ balance }: { balance: TrialBalance }) {
  const { market } = useFinance();
  const format = useFormat();
  const t = text.ledger;
  return (
    <CsvButton
      name={`${market.slug}-${balance.at.slice(0, 10)}`}
      head={[t.accountHead, t.code, t.debit, t.credit]}
      load={async () =>
        balance.lines.map((line) => [
          familyName(line.family),
          line.family,
          format.plainAmount(line.debitMinor),
          format.plainAmount(line.creditMinor),
        ])
      }
    />
  );
}

function TrialTable({ balance }: { balance: TrialBalance }) {
  const format = useFormat();
  const t = text.ledger;
  const kinds = KINDS.filter((kind) => balance.lines.some((line) => line.kind === kind));
  return (
    <MoneyTable label={t.views.trial} data-testid="trial-balance">
      <Table.Caption>{t.trial.stands(format.dateTime(balance.at))}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.accountHead}</Table.Th>
          <AmountHead w={180}>{t.debitIn(format.currency)}</AmountHead>
          <AmountHead w={180}>{t.creditIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      {kinds.map((kind) => (
        <Table.Tbody key={kind}>
          <Table.Tr bg="var(--surface-2)">
            <Table.Th scope="rowgroup" colSpan={3}>
              {t.kinds[kind]}
            </Table.Th>
          </Table.Tr>
          {balance.lines
            .filter((line) => line.kind === kind)
            .map((line) => (
              <Table.Tr key={line.family}>
                <Table.Td>
                  <span className="flex items-center gap-2">
                    {familyName(line.family)}
                    {line.accounts > 1 && (
                      <span className="text-ink-2">{t.accounts(format.number(line.accounts))}</span>
                    )}
                    <span className="ml-auto font-mono text-xs text-ink-2 max-lg:hidden">{line.family}</span>
                  </span>
                </Table.Td>
                <AmountCell minor={line.debitMinor === 0 ? undefined : line.debitMinor} />
                <AmountCell minor={line.creditMinor === 0 ? undefined : line.creditMinor} />
              </Table.Tr>
            ))}
        </Table.Tbody>
      ))}
      <Table.Tfoot>
        <Table.Tr className="border-t-2 border-line">
          <Table.Th scope="row">
            <span className="flex items-center gap-3">
              {t.total}
              <Verdict debitMinor={balance.debitMinor} creditMinor={balance.creditMinor} />
            </span>
          </Table.Th>
          <AmountCell fw={700} minor={balance.debitMinor} />
          <AmountCell fw={700} minor={balance.creditMinor} />
        </Table.Tr>
      </Table.Tfoot>
    </MoneyTable>
  );
}
