import type { Tariff } from '@halfhour/contract';
import { Button, Table } from '@mantine/core';
import { Plus } from 'lucide-react';
import { Link } from 'wouter';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Tag, type Tone } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { ConfirmButton } from '../../../ui/work/confirm-button.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page } from '../../../ui/work/page.tsx';
import { useTariffs, useWithdraw } from './use-tariffs.ts';

const TONES: Readonly<Record<Tariff['state'], Tone>> = {
  past: 'plain',
  in_force: 'good',
  future: 'accent',
  withdrawn: 'plain',
};

/** What the market charges, by version: what was, is and will be in force. */
export function TariffsPage() {
  const { paths } = useFinance();
  const { query, items } = useTariffs();
  const t = text.tariffs;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button
          component={Link}
          href={paths.newTariff}
          leftSection={<Plus aria-hidden className="size-4" />}
          data-testid="new-tariff"
        >
          {t.make}
        </Button>
      }
    >
      <FetchedPages query={query} items={items}>
        {(all) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.none} hint={t.noneHint} />
          ) : (
            <Versions tariffs={all} />
          )
        }
      </FetchedPages>
    </Page>
  );
}

function Versions({ tariffs }: { tariffs: readonly Tariff[] }) {
  const format = useFormat();
  const withdraw = useWithdraw();
  const t = text.tariffs;
  return (
    <MoneyTable label={t.title} data-testid="tariffs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.version}</Table.Th>
          <Table.Th scope="col">{t.state}</Table.Th>
          <Table.Th scope="col">{t.starts}</Table.Th>
          <Table.Th scope="col">{t.note}</Table.Th>
          <Table.Th scope="col">{t.made}</Table.Th>
          <Table.Th scope="col">
            <span className="sr-only">{t.withdraw}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tariffs.map((tariff) => (
          <Table.Tr key={tariff.version} data-version={tariff.version} data-state={tariff.state}>
            <Table.Td fw={600}>{tariff.version}</Table.Td>
            <Table.Td>
              <Tag tone={TONES[tariff.state]}>{t.states[tariff.state]}</Tag>
            </Table.Td>
            <Table.Td className="whitespace-nowrap">
              {tariff.version === 1 ? t.always : format.dateTime(tariff.startsAt)}
            </Table.Td>
            <Table.Td>{tariff.note ?? <span className="text-ink-2">–</span>}</Table.Td>
            <Table.Td className="whitespace-nowrap text-ink-2">{format.dateTime(tariff.createdAt)}</Table.Td>
            <Table.Td className="text-right">
              {tariff.state === 'future' && (
                <ConfirmButton
                  label={t.withdraw}
                  question={t.withdrawQuestion(tariff.version)}
                  explanation={t.withdrawHint}
                  command={() => withdraw.mutateAsync(tariff)}
                />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
