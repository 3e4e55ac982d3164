import { Button, Group, Table } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Tag, type Tone } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { Failure } from '../../../ui/work/failure.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page } from '../../../ui/work/page.tsx';
import { type SettlementRun, useRuns, useStartRun } from './use-settlements.ts';

const TONES: Readonly<Record<SettlementRun['state'], Tone>> = {
  open: 'watch',
  approved: 'good',
  discarded: 'plain',
  empty: 'plain',
};

export function RunState({ state }: { state: SettlementRun['state'] }) {
  return <Tag tone={TONES[state]}>{text.settlements.runStates[state]}</Tag>;
}

/** Settlement runs, newest first, and another one begun. */
export function RunsPage() {
  const { paths } = useFinance();
  const [, navigate] = useLocation();
  const { query, items } = useRuns();
  const start = useStartRun();
  const t = text.settlements;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Group gap="xs">
          {(['merchants', 'couriers'] as const).map((payees) => (
            <Button
              key={payees}
              variant={payees === 'merchants' ? 'filled' : 'default'}
              loading={start.isPending && start.variables === payees}
              disabled={start.isPending && start.variables !== payees}
              onClick={() => start.mutate(payees, { onSuccess: ({ id }) => navigate(paths.run(id)) })}
              data-testid={`settle-${payees}`}
            >
              {t.start[payees]}
            </Button>
          ))}
        </Group>
      }
    >
      <Failure error={start.error} />
      <FetchedPages query={query} items={items}>
        {(all) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.noRuns} hint={t.noRunsHint} />
          ) : (
            <Runs runs={all} />
          )
        }
      </FetchedPages>
    </Page>
  );
}

function Runs({ runs }: { runs: readonly SettlementRun[] }) {
  const { paths } = useFinance();
  const format = useFormat();
  const t = text.settlements;
  return (
    <MoneyTable label={t.title} minWidth={820} highlightOnHover data-testid="runs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.run}</Table.Th>
          <Table.Th scope="col">{t.state}</Table.Th>
          <Table.Th scope="col">{t.upTo}</Table.Th>
          <Table.Th scope="col">{t.startedBy}</Table.Th>
          <AmountHead>{t.settlementsHead}</AmountHead>
          <AmountHead>{t.payoutIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.id} data-id={run.id} data-state={run.state}>
            <Table.Td>
              <Link href={paths.run(run.id)} className="font-medium text-accent hover:underline">
                {t.payees[run.payees]}, {format.dateTime(run.startedAt)}
              </Link>
            </Table.Td>
            <Table.Td>
              <RunState state={run.state} />
            </Table.Td>
            <Table.Td className="whitespace-nowrap">{format.dateTime(run.upTo)}</Table.Td>
            <Table.Td>{run.startedBy === 'system' ? t.schedule : t.byHand}</Table.Td>
            <AmountCell>{format.number(run.settlements)}</AmountCell>
            <AmountCell fw={600} minor={run.payoutMinor} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
