import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { useFormat } from '../../ui/market-format.tsx';
import { FetchedPages } from '../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../ui/work/money-table.tsx';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { useStoreScope } from '../store-context.tsx';
import { MoneyViews } from './money-views.tsx';
import { useInvoices } from './use-money.ts';

/** What the platform has invoiced, and given back, for commission and fees. */
export function InvoicesPage() {
  const format = useFormat();
  const { paths } = useStoreScope();
  const { query, items } = useInvoices();
  const t = text.merchant.money;
  return (
    <MoneyViews here="invoices">
      <FetchedPages query={query} items={items}>
        {(invoices) =>
          invoices.length === 0 ? (
            <Notice icon="empty" title={t.noInvoices} hint={t.noInvoicesHint} />
          ) : (
            <MoneyTable label={t.views.invoices} minWidth={640} data-testid="invoices">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t.number}</Table.Th>
                  <Table.Th scope="col">{text.settlements.what}</Table.Th>
                  <Table.Th scope="col">{t.issuedOn}</Table.Th>
                  <AmountHead>{t.net}</AmountHead>
                  <AmountHead>{t.tax}</AmountHead>
                  <AmountHead>{t.gross}</AmountHead>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {invoices.map((one) => (
                  <Table.Tr key={one.id} data-id={one.id}>
                    <Table.Td>
                      <Link
                        href={paths.payout(one.settlementId)}
                        className="font-mono text-accent hover:underline"
                      >
                        {one.number}
                      </Link>
                    </Table.Td>
                    <Table.Td>{t.invoiceKinds[one.kind]}</Table.Td>
                    <Table.Td>{format.date(one.issuedAt)}</Table.Td>
                    <AmountCell minor={one.netMinor} />
                    <AmountCell minor={one.taxMinor} />
                    <AmountCell fw={600} minor={one.grossMinor} />
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </MoneyTable>
          )
        }
      </FetchedPages>
    </MoneyViews>
  );
}
