import { SegmentedControl, Table } from '@mantine/core';
import { Link } from 'wouter';
import { useFormat } from '../../ui/market-format.tsx';
import { kindName } from '../../ui/account-words.ts';
import { Fact, Facts } from '../../ui/work/fact.tsx';
import { Fetched, FetchedPages } from '../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../ui/work/money-table.tsx';
import { Section } from '../../ui/work/page.tsx';
import { useUrlState } from '../../ui/work/use-url-state.ts';
import { shortCode } from '../../ui/short-code.ts';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { useStoreScope } from '../store-context.tsx';
import { DayChart, dayName } from './day-chart.tsx';
import { MoneyViews } from './money-views.tsx';
import { type Earnings, type StoreEntry, useEarnings, useEntries } from './use-money.ts';

const SPANS = ['7', '14', '31', '62'] as const;

/** What the store has earned, by day and down to each posting. */
export function EarningsPage() {
  const [days, setDays] = useUrlState('days');
  const span = SPANS.find((one) => one === days) ?? '14';
  const earnings = useEarnings(Number(span));
  const { query, items } = useEntries();
  const t = text.merchant.money;
  return (
    <MoneyViews here="earnings">
      <SegmentedControl
        aria-label={t.span}
        data={SPANS.map((value) => ({ value, label: t.days(Number(value)) }))}
        value={span}
        onChange={(value) => setDays(value)}
      />
      <Fetched query={earnings}>
        {(found) =>
          found.days.length === 0 ? (
            <Notice icon="empty" title={t.none} hint={t.noneHint} />
          ) : (
            <Days earnings={found} />
          )
        }
      </Fetched>
      <Section title={t.statement}>
        <FetchedPages query={query} items={items}>
          {(entries) =>
            entries.length === 0 ? <p className="text-ink-2">{t.noEntries}</p> : <Entries entries={entries} />
          }
        </FetchedPages>
      </Section>
    </MoneyViews>
  );
}

function Days({ earnings }: { earnings: Earnings }) {
  const format = useFormat();
  const t = text.merchant.money;
  const sum = (of: (day: Earnings['days'][number]) => number): number =>
    earnings.days.reduce((all, day) => all + of(day), 0);
  return (
    <>
      <Facts>
        <Fact name={t.owed}>{format.money(earnings.balanceMinor)}</Fact>
        <Fact name={t.sales}>{format.money(sum(({ salesMinor }) => salesMinor))}</Fact>
        <Fact name={t.commission}>{format.money(sum(({ commissionMinor }) => commissionMinor))}</Fact>
        <Fact name={t.earned}>{format.money(sum(({ earnedMinor }) => earnedMinor))}</Fact>
        <Fact name={t.orders}>{format.number(sum(({ orders }) => orders))}</Fact>
      </Facts>
      {!earnings.complete && <p className="text-at-risk">{t.incomplete}</p>}
      <DayChart days={earnings.days} />
      <MoneyTable label={t.byDay} minWidth={720} data-testid="earnings">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t.day}</Table.Th>
            <AmountHead>{t.orders}</AmountHead>
            <AmountHead>{t.sales}</AmountHead>
            <AmountHead>{t.commission}</AmountHead>
            <AmountHead>{t.other}</AmountHead>
            <AmountHead>{t.earnedIn(format.currency)}</AmountHead>
            <AmountHead>{t.paidOut}</AmountHead>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {earnings.days.map((day) => (
            <Table.Tr key={day.day}>
              <Table.Td>{dayName(format, day.day)}</Table.Td>
              <AmountCell>{format.number(day.orders)}</AmountCell>
              <AmountCell minor={day.salesMinor} />
              <AmountCell minor={0 - day.commissionMinor} />
              <AmountCell minor={day.otherMinor} />
              <AmountCell fw={600} minor={day.earnedMinor} />
              <AmountCell minor={day.paidOutMinor} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </MoneyTable>
    </>
  );
}

function Entries({ entries }: { entries: readonly StoreEntry[] }) {
  const format = useFormat();
  const t = text.merchant.money;
  return (
    <MoneyTable label={t.statement} minWidth={720} data-testid="entries">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{text.settlements.posted}</Table.Th>
          <Table.Th scope="col">{text.settlements.what}</Table.Th>
          <Table.Th scope="col">{text.settlements.order}</Table.Th>
          <AmountHead>{t.commission}</AmountHead>
          <AmountHead>{text.settlements.amountIn(format.currency)}</AmountHead>
          <AmountHead>{t.owedThen}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.transactionId}>
            <Table.Td className="whitespace-nowrap">{format.dateTime(entry.postedAt)}</Table.Td>
            <Table.Td>{kindName(entry.kind)}</Table.Td>
            <Table.Td>{entry.orderId === undefined ? '–' : <ToOrder id={entry.orderId} />}</Table.Td>
            <AmountCell minor={0 - entry.commissionMinor} />
            <AmountCell fw={600} minor={entry.amountMinor} />
            <AmountCell minor={entry.balanceMinor} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}

/** To the order as the store sees it. */
export function ToOrder({ id }: { id: string }) {
  const { paths } = useStoreScope();
  return (
    <Link href={paths.order(id)} title={id} className="font-mono text-accent hover:underline">
      {shortCode(id)}
    </Link>
  );
}
