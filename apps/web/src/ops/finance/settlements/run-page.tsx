import { ROUTES } from '@halfhour/contract';
import { Button, Group, Table } from '@mantine/core';
import { Download } from 'lucide-react';
import { Link } from 'wouter';
import { pathOf } from '../../../api/index.ts';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { ConfirmButton } from '../../../ui/work/confirm-button.tsx';
import { Fact, Facts } from '../../../ui/work/fact.tsx';
import { Fetched, FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page, Section } from '../../../ui/work/page.tsx';
import { Payouts } from './payouts.tsx';
import { RunState } from './runs-page.tsx';
import {
  type Settlement,
  type SettlementRun,
  useEndRun,
  useRun,
  useRunSettlements,
} from './use-settlements.ts';

/** One run: who gets what, to be approved or discarded; then what became of its payouts. */
export function RunPage({ id }: { id: string }) {
  const { paths } = useFinance();
  const run = useRun(id);
  const t = text.settlements;
  return (
    <Page
      title={run.data === undefined ? t.run : t.payees[run.data.payees]}
      above={{ name: t.title, path: paths.settlements }}
      lead={<span className="font-mono text-xs">{id}</span>}
      actions={run.data === undefined ? undefined : <Actions run={run.data} />}
    >
      <Fetched query={run}>{(found) => <Run run={found} />}</Fetched>
    </Page>
  );
}

function Actions({ run }: { run: SettlementRun }) {
  const { market } = useFinance();
  const format = useFormat();
  const end = useEndRun(run.id);
  const t = text.settlements;
  if (run.state === 'open') {
    return (
      <Group gap="xs">
        <ConfirmButton
          label={t.discard}
          question={t.discardQuestion}
          explanation={t.discardHint}
          command={() => end('discardSettlementRun')}
        />
        <ConfirmButton
          label={t.approve}
          question={t.approveQuestion(format.money(run.payoutMinor))}
          explanation={t.approveHint}
          command={() => end('approveSettlementRun')}
          danger={false}
          testId="approve"
        />
      </Group>
    );
  }
  if (run.state !== 'approved' || run.payoutMinor === 0) return null;
  return (
    <Button
      component="a"
      variant="default"
      href={pathOf(ROUTES.getPayoutFile.path, { marketId: market.id, runId: run.id })}
      download
      leftSection={<Download aria-hidden className="size-4" />}
    >
      {t.file}
    </Button>
  );
}

function Run({ run }: { run: SettlementRun }) {
  const format = useFormat();
  const { query, items } = useRunSettlements(run.id);
  const t = text.settlements;
  return (
    <div className="space-y-6">
      <Facts>
        <Fact name={t.state}>
          <RunState state={run.state} />
        </Fact>
        <Fact name={t.upTo}>{format.dateTime(run.upTo)}</Fact>
        <Fact name={t.settlementsHead}>{format.number(run.settlements)}</Fact>
        <Fact name={t.payout}>{format.money(run.payoutMinor)}</Fact>
        {run.closedAt !== undefined && <Fact name={t.closed}>{format.dateTime(run.closedAt)}</Fact>}
      </Facts>
      <Section title={t.settlementsHead}>
        <FetchedPages query={query} items={items}>
          {(all) =>
            all.length === 0 ? (
              <Notice
                icon="empty"
                title={t.noSettlements}
                hint={run.state === 'empty' ? t.emptyRunHint : t.noSettlementsHint}
              />
            ) : (
              <Settlements settlements={all} />
            )
          }
        </FetchedPages>
      </Section>
      {run.state === 'approved' && (
        <Section title={t.payouts}>
          <Payouts runId={run.id} />
        </Section>
      )}
    </div>
  );
}

function Settlements({ settlements }: { settlements: readonly Settlement[] }) {
  const { paths } = useFinance();
  const format = useFormat();
  const t = text.settlements;
  return (
    <MoneyTable label={t.settlementsHead} minWidth={900} highlightOnHover data-testid="settlements">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.payee}</Table.Th>
          <AmountHead>{t.lineCount}</AmountHead>
          <AmountHead>{t.opening}</AmountHead>
          <AmountHead>{t.earned}</AmountHead>
          <AmountHead>{t.held}</AmountHead>
          <AmountHead>{t.payoutIn(format.currency)}</AmountHead>
          <AmountHead>{t.closing}</AmountHead>
          <Table.Th scope="col">{t.carried}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {settlements.map((one) => (
          <Table.Tr key={one.id} data-id={one.id}>
            <Table.Td>
              <Link
                href={paths.settlement(one.runId, one.id)}
                className="font-medium whitespace-nowrap text-accent hover:underline"
              >
                {one.payeeName}
              </Link>
            </Table.Td>
            <AmountCell>{format.number(one.lines)}</AmountCell>
            <AmountCell minor={one.openingMinor} />
            <AmountCell minor={one.linesMinor} />
            <AmountCell minor={one.heldMinor} />
            <AmountCell fw={600} minor={one.payoutMinor} />
            <AmountCell minor={one.closingMinor} />
            <Table.Td className="text-ink-2">
              {one.carriedBecause === undefined ? '' : t.carriedBecause[one.carriedBecause]}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
