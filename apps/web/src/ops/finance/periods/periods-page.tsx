import { Table, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { ConfirmButton } from '../../../ui/work/confirm-button.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page, Section } from '../../../ui/work/page.tsx';
import { CorrectionForm } from './correction-form.tsx';
import { type PeriodClose, useClosePeriod, usePeriods } from './use-periods.ts';

const LEAST_NOTE = 3;

/** Periods that are closed, another one closed, and what was wrong corrected by postings of now. */
export function PeriodsPage() {
  const { query, items } = usePeriods();
  const t = text.periods;
  return (
    <Page title={t.title} lead={t.lead}>
      <div className="grid gap-6 xl:grid-cols-2">
        <Section title={t.closeHead}>
          <CloseForm />
        </Section>
        <Section title={t.correctHead}>
          <CorrectionForm />
        </Section>
      </div>
      <Section title={t.closedHead}>
        <FetchedPages query={query} items={items}>
          {(all) =>
            all.length === 0 ? (
              <Notice icon="empty" title={t.none} hint={t.noneHint} />
            ) : (
              <Periods periods={all} />
            )
          }
        </FetchedPages>
      </Section>
    </Page>
  );
}

function CloseForm() {
  const { close, renew } = useClosePeriod();
  const [day, setDay] = useState('');
  const [note, setNote] = useState('');
  const t = text.periods;
  const isReady = day !== '' && note.trim().length >= LEAST_NOTE;
  return (
    <div className="space-y-4 rounded-lg border border-line p-4">
      <p className="text-ink-2">{t.closeHint}</p>
      <TextInput
        type="date"
        label={t.throughDay}
        description={t.throughDayHint}
        value={day}
        onChange={(event) => {
          setDay(event.currentTarget.value);
          renew();
        }}
        data-testid="through-day"
      />
      <Textarea
        label={t.note}
        maxLength={500}
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
          renew();
        }}
        data-testid="close-note"
      />
      <ConfirmButton
        label={t.close}
        question={t.closeQuestion(day)}
        explanation={t.closeForGood}
        command={async () => {
          await close({ throughDay: day, note: note.trim() });
          setDay('');
          setNote('');
        }}
        danger={false}
        disabled={!isReady}
        testId="close-period"
      />
    </div>
  );
}

function Periods({ periods }: { periods: readonly PeriodClose[] }) {
  const format = useFormat();
  const t = text.periods;
  return (
    <MoneyTable label={t.closedHead} minWidth={640} data-testid="periods">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.throughDay}</Table.Th>
          <Table.Th scope="col">{t.closedAt}</Table.Th>
          <Table.Th scope="col">{t.note}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {periods.map((period) => (
          <Table.Tr key={period.id} data-id={period.id}>
            <Table.Td className="whitespace-nowrap">{period.throughDay}</Table.Td>
            <Table.Td className="whitespace-nowrap">{format.dateTime(period.closedAt)}</Table.Td>
            <Table.Td>{period.note}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
