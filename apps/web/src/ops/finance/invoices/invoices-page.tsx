import { type Invoice, ROUTES } from '@halfhour/contract';
import { Table } from '@mantine/core';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { DocumentLinks } from '../../../ui/work/document-links.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page } from '../../../ui/work/page.tsx';
import { useInvoices } from './use-invoices.ts';

/** Tax invoices and credit notes to merchants, the newest first. */
export function InvoicesPage() {
  const { query, items } = useInvoices();
  const t = text.invoices;
  return (
    <Page title={t.title} lead={t.lead}>
      <FetchedPages query={query} items={items}>
        {(all) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.none} hint={t.noneHint} />
          ) : (
            <Invoices invoices={all} />
          )
        }
      </FetchedPages>
    </Page>
  );
}

function Invoices({ invoices }: { invoices: readonly Invoice[] }) {
  const { market } = useFinance();
  const format = useFormat();
  const t = text.invoices;
  return (
    <MoneyTable label={t.title} minWidth={960} highlightOnHover data-testid="invoices">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.number}</Table.Th>
          <Table.Th scope="col">{t.kind}</Table.Th>
          <Table.Th scope="col">{t.merchant}</Table.Th>
          <Table.Th scope="col">{t.issued}</Table.Th>
          <AmountHead>{t.netIn(format.currency)}</AmountHead>
          <AmountHead>{t.tax}</AmountHead>
          <AmountHead>{t.gross}</AmountHead>
          <Table.Th scope="col">{t.save}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {invoices.map((invoice) => (
          <Table.Tr key={invoice.id} data-id={invoice.id}>
            <Table.Td className="font-mono text-xs whitespace-nowrap">{invoice.number}</Table.Td>
            <Table.Td>
              <Tag tone={invoice.kind === 'invoice' ? 'plain' : 'watch'}>{t.kinds[invoice.kind]}</Tag>
            </Table.Td>
            <Table.Td>{invoice.merchantName}</Table.Td>
            <Table.Td className="whitespace-nowrap">{format.date(invoice.issuedAt)}</Table.Td>
            <AmountCell minor={invoice.netMinor} />
            <AmountCell minor={invoice.taxMinor} />
            <AmountCell fw={600} minor={invoice.grossMinor} />
            <Table.Td>
              <DocumentLinks
                template={ROUTES.getInvoiceDocument.path}
                params={{ marketId: market.id, invoiceId: invoice.id }}
                size="xs"
                about={invoice.number}
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
