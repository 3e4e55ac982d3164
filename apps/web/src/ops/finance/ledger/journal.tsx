import { Table } from '@mantine/core';
import { text } from '../../../text/index.ts';
import { useFormat } from '../../../ui/market-format.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { AccountLink } from './account-link.tsx';
import { kindName } from '../../../ui/account-words.ts';
import { type LedgerTransaction } from './use-ledger.ts';

/** Transactions as a bookkeeper writes them: each with its debits, its credits, and their equal sums. */
export function Journal({
  transactions,
  withOrder = true,
}: {
  transactions: readonly LedgerTransaction[];
  withOrder?: boolean;
}) {
  const format = useFormat();
  const t = text.ledger;
  return (
    <MoneyTable label={t.views.journal} data-testid="journal">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.accountHead}</Table.Th>
          <AmountHead w={160}>{t.debitIn(format.currency)}</AmountHead>
          <AmountHead w={160}>{t.creditIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      {transactions.map((transaction) => (
        <Entry key={transaction.id} transaction={transaction} withOrder={withOrder} />
      ))}
    </MoneyTable>
  );
}

function Entry({ transaction, withOrder }: { transaction: LedgerTransaction; withOrder: boolean }) {
  const format = useFormat();
  const t = text.ledger;
  const { orderId, postings } = transaction;
  // Debits first, as they are written.
  const rows = [...postings].sort((a, b) => Number(b.amountMinor > 0) - Number(a.amountMinor > 0));
  const { debitMinor, creditMinor } = sumsOf(postings);
  return (
    <Table.Tbody data-testid="transaction" data-id={transaction.id} data-kind={transaction.kind}>
      <Table.Tr bg="var(--surface-2)">
        <Table.Th scope="rowgroup" colSpan={3} fw={400}>
          <span className="flex flex-wrap items-baseline gap-x-4">
            <strong className="font-semibold">{kindName(transaction.kind)}</strong>
            <time dateTime={transaction.postedAt} className="text-ink-2">
              {format.dateTime(transaction.postedAt)}
            </time>
            {withOrder && orderId !== undefined && <OrderLink id={orderId} />}
            <span className="ml-auto font-mono text-xs text-ink-2">{transaction.id}</span>
          </span>
        </Table.Th>
      </Table.Tr>
      {rows.map(({ account, amountMinor }, index) => (
        <Table.Tr key={index}>
          <Table.Td {...(amountMinor < 0 && { pl: 'xl' })}>
            <AccountLink code={account} />
            <span className="ml-2 font-mono text-xs text-ink-3 max-lg:hidden">{account}</span>
          </Table.Td>
          <AmountCell minor={amountMinor > 0 ? amountMinor : undefined} />
          <AmountCell minor={amountMinor < 0 ? -amountMinor : undefined} />
        </Table.Tr>
      ))}
      <Table.Tr className="text-ink-2">
        <Table.Td className="text-right">{debitMinor === creditMinor ? t.balanced : t.unbalanced}</Table.Td>
        <AmountCell minor={debitMinor} fw={600} data-testid="debit-sum" />
        <AmountCell minor={creditMinor} fw={600} data-testid="credit-sum" />
      </Table.Tr>
    </Table.Tbody>
  );
}

/** What is debited and what is credited, both without a sign. */
function sumsOf(postings: LedgerTransaction['postings']): { debitMinor: number; creditMinor: number } {
  let debitMinor = 0;
  let creditMinor = 0;
  for (const { amountMinor } of postings) {
    if (amountMinor > 0) debitMinor += amountMinor;
    else creditMinor -= amountMinor;
  }
  return { debitMinor, creditMinor };
}
