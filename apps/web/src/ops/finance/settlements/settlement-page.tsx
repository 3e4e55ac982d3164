import { ROUTES } from '@halfhour/contract';
import { Table } from '@mantine/core';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { DocumentLinks } from '../../../ui/work/document-links.tsx';
import { kindName } from '../../../ui/account-words.ts';
import { useNameOf } from '../ledger/use-ledger.ts';
import { Fact, Facts } from '../../../ui/work/fact.tsx';
import { Fetched, FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { Page, Section } from '../../../ui/work/page.tsx';
import {
  type Settlement,
  type SettlementLine,
  useSettlement,
  useSettlementLines,
} from './use-settlements.ts';

/** What one merchant or courier is settled with, down to orders and postings. */
export function SettlementPage({ runId, id }: { runId: string; id: string }) {
  const { market, paths } = useFinance();
  const settlement = useSettlement(id);
  const { query, items } = useSettlementLines(id);
  const t = text.settlements;
  return (
    <Page
      title={settlement.data === undefined ? t.settlement : settlement.data.payeeName}
      above={{ name: t.run, path: paths.run(runId) }}
      lead={<span className="font-mono text-xs">{id}</span>}
      actions={
        <DocumentLinks
          template={ROUTES.getSettlementStatement.path}
          params={{ marketId: market.id, settlementId: id }}
          about={t.statement}
        />
      }
    >
      <Fetched query={settlement}>{(found) => <Sums settlement={found} />}</Fetched>
      <Section title={t.lines}>
        <FetchedPages query={query} items={items}>
          {(lines) =>
            lines.length === 0 ? (
              <Notice icon="empty" title={t.noLines} hint={t.noLinesHint} />
            ) : (
              <Lines lines={lines} />
            )
          }
        </FetchedPages>
      </Section>
    </Page>
  );
}

function Sums({ settlement }: { settlement: Settlement }) {
  const format = useFormat();
  const t = text.settlements;
  return (
    <Facts>
      <Fact name={t.opening}>{format.money(settlement.openingMinor)}</Fact>
      <Fact name={t.earned}>{format.money(settlement.linesMinor)}</Fact>
      <Fact name={t.payout}>{format.money(settlement.payoutMinor)}</Fact>
      <Fact name={t.closing}>{format.money(settlement.closingMinor)}</Fact>
      <Fact name={t.held}>{format.money(settlement.heldMinor)}</Fact>
      <Fact name={t.commission}>{format.money(settlement.commissionMinor)}</Fact>
      {settlement.carriedBecause !== undefined && (
        <Fact name={t.carried}>{t.carriedBecause[settlement.carriedBecause]}</Fact>
      )}
    </Facts>
  );
}

function Lines({ lines }: { lines: readonly SettlementLine[] }) {
  const format = useFormat();
  const nameOf = useNameOf();
  const t = text.settlements;
  return (
    <MoneyTable label={t.lines} minWidth={820} highlightOnHover data-testid="settlement-lines">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.posted}</Table.Th>
          <Table.Th scope="col">{t.what}</Table.Th>
          <Table.Th scope="col">{t.order}</Table.Th>
          <Table.Th scope="col">{t.store}</Table.Th>
          <AmountHead>{t.commission}</AmountHead>
          <AmountHead>{t.amountIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={`${line.transactionId}-${line.storeId ?? ''}`}>
            <Table.Td className="whitespace-nowrap">{format.dateTime(line.postedAt)}</Table.Td>
            <Table.Td>{kindName(line.kind)}</Table.Td>
            <Table.Td>{line.orderId === undefined ? '–' : <OrderLink id={line.orderId} />}</Table.Td>
            <Table.Td>{line.storeId === undefined ? '–' : (nameOf(line.storeId) ?? line.storeId)}</Table.Td>
            <AmountCell minor={line.commissionMinor} />
            <AmountCell fw={600} minor={line.amountMinor} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
