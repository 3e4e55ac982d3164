import type { PaymentAttention } from '@halfhour/contract';
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { ReconciliationFrame } from './reconciliation-frame.tsx';
import { useAttention } from './use-exceptions.ts';

/** Orders whose goods and money have parted: delivered and not paid, paid and not delivered, owed and not paid back. */
export function AttentionPage() {
  const attention = useAttention();
  const t = text.reconciliation;
  return (
    <ReconciliationFrame view="attention">
      <Fetched query={attention}>
        {(all) =>
          all.length === 0 ? (
            <Notice icon="empty" title={t.noAttention} hint={t.noAttentionHint} />
          ) : (
            <AttentionTable items={all} />
          )
        }
      </Fetched>
    </ReconciliationFrame>
  );
}

function AttentionTable({ items }: { items: readonly PaymentAttention[] }) {
  const format = useFormat();
  const { paths } = useFinance();
  const t = text.reconciliation;
  return (
    <MoneyTable label={t.views.attention} minWidth={800} highlightOnHover data-testid="attention">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.what}</Table.Th>
          <Table.Th scope="col">{t.order}</Table.Th>
          <AmountHead>{t.amountIn(format.currency)}</AmountHead>
          <Table.Th scope="col">{t.since}</Table.Th>
          <Table.Th scope="col">{t.detail}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map(({ kind, orderId, exceptionId, amountMinor, since, detail }, index) => (
          <Table.Tr key={index} data-kind={kind}>
            <Table.Td className="font-medium">
              {exceptionId === undefined ? (
                t.attention[kind]
              ) : (
                <Link href={paths.exception(exceptionId)} className="text-accent hover:underline">
                  {t.attention[kind]}
                </Link>
              )}
            </Table.Td>
            <Table.Td>{orderId === undefined ? '–' : <OrderLink id={orderId} />}</Table.Td>
            <AmountCell minor={amountMinor}>–</AmountCell>
            <Table.Td className="whitespace-nowrap">{format.dateTime(since)}</Table.Td>
            <Table.Td className="text-ink-2">{detail}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
