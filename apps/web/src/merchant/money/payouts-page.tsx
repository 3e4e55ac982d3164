import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { useFormat } from '../../ui/market-format.tsx';
import { kindName } from '../../ui/account-words.ts';
import { CsvButton } from '../../ui/work/csv-button.tsx';
import { Fact, Facts } from '../../ui/work/fact.tsx';
import { Fetched, FetchedPages } from '../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../ui/work/money-table.tsx';
import { Page, Section } from '../../ui/work/page.tsx';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { useStoreScope } from '../store-context.tsx';
import { ToOrder } from './earnings-page.tsx';
import { MoneyViews } from './money-views.tsx';
import {
  readLines,
  type Settlement,
  useLines,
  useMerchantSettlement,
  useMerchantSettlements,
} from './use-money.ts';

/** The merchant's settlements, and what each paid out. */
export function PayoutsPage() {
  const { query, items } = useMerchantSettlements();
  const t = text.merchant.money;
  return (
    <MoneyViews here="payouts">
      <FetchedPages query={query} items={items}>
        {(settlements) =>
          settlements.length === 0 ? (
            <Notice icon="empty" title={t.noPayouts} hint={t.noPayoutsHint} />
          ) : (
            <Settlements settlements={settlements} />
          )
        }
      </FetchedPages>
    </MoneyViews>
  );
}

function Settlements({ settlements }: { settlements: readonly Settlement[] }) {
  const format = useFormat();
  const { paths } = useStoreScope();
  const t = text.settlements;
  return (
    <MoneyTable label={text.merchant.money.views.payouts} minWidth={720} data-testid="payouts">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{text.merchant.money.upTo}</Table.Th>
          <AmountHead>{t.opening}</AmountHead>
          <AmountHead>{t.earned}</AmountHead>
          <AmountHead>{t.commission}</AmountHead>
          <AmountHead>{t.closing}</AmountHead>
          <AmountHead>{t.payout}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {settlements.map((one) => (
          <Table.Tr key={one.id} data-id={one.id}>
            <Table.Td>
              <Link href={paths.payout(one.id)} className="text-accent hover:underline">
                {format.dateTime(one.upTo)}
              </Link>
            </Table.Td>
            <AmountCell minor={one.openingMinor} />
            <AmountCell minor={one.linesMinor} />
            <AmountCell minor={one.commissionMinor} />
            <AmountCell minor={one.closingMinor} />
            <AmountCell fw={600} minor={one.payoutMinor} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}

/** One settlement down to its orders and postings. */
export function PayoutPage({ id }: { id: string }) {
  const format = useFormat();
  const { market, paths } = useStoreScope();
  const settlement = useMerchantSettlement(id);
  const { query, items } = useLines(id);
  const t = text.settlements;
  return (
    <Page
      title={
        settlement.data === undefined
          ? t.settlement
          : text.merchant.money.until(format.dateTime(settlement.data.upTo))
      }
      above={{ name: text.merchant.money.views.payouts, path: paths.payouts }}
      lead={<span className="font-mono text-xs">{id}</span>}
      actions={
        <CsvButton
          name={`settlement-${id}`}
          head={['posted', 'kind', 'order', 'commission', 'amount']}
          load={async () =>
            (await readLines(market.id, id)).map((line) => [
              line.postedAt,
              line.kind,
              line.orderId ?? '',
              format.plainAmount(line.commissionMinor),
              format.plainAmount(line.amountMinor),
            ])
          }
        />
      }
    >
      <Fetched query={settlement}>
        {(found) => (
          <Facts>
            <Fact name={t.opening}>{format.money(found.openingMinor)}</Fact>
            <Fact name={t.earned}>{format.money(found.linesMinor)}</Fact>
            <Fact name={t.payout}>{format.money(found.payoutMinor)}</Fact>
            <Fact name={t.closing}>{format.money(found.closingMinor)}</Fact>
            <Fact name={t.held}>{format.money(found.heldMinor)}</Fact>
            <Fact name={t.commission}>{format.money(found.commissionMinor)}</Fact>
            {found.carriedBecause !== undefined && (
              <Fact name={t.carried}>{t.carriedBecause[found.carriedBecause]}</Fact>
            )}
          </Facts>
        )}
      </Fetched>
      <Section title={t.lines}>
        <FetchedPages query={query} items={items}>
          {(lines) =>
            lines.length === 0 ? (
              <Notice icon="empty" title={t.noLines} hint={t.noLinesHint} />
            ) : (
              <MoneyTable label={t.lines} minWidth={640} data-testid="payout-lines">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t.posted}</Table.Th>
                    <Table.Th scope="col">{t.what}</Table.Th>
                    <Table.Th scope="col">{t.order}</Table.Th>
                    <AmountHead>{t.commission}</AmountHead>
                    <AmountHead>{t.amountIn(format.currency)}</AmountHead>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {lines.map((line) => (
                    <Table.Tr key={`${line.transactionId}-${line.storeId ?? ''}`}>
                      <Table.Td className="whitespace-nowrap">{format.dateTime(line.postedAt)}</Table.Td>
                      <Table.Td>{kindName(line.kind)}</Table.Td>
                      <Table.Td>{line.orderId === undefined ? '–' : <ToOrder id={line.orderId} />}</Table.Td>
                      <AmountCell minor={line.commissionMinor} />
                      <AmountCell fw={600} minor={line.amountMinor} />
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </MoneyTable>
            )
          }
        </FetchedPages>
      </Section>
    </Page>
  );
}
