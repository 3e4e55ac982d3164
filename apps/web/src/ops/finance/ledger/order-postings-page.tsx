import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { OrderId } from '@halfhour/kernel';
import { Link } from 'wouter';
import { call } from '../../../api/index.ts';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { shortCode } from '../../../ui/short-code.ts';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { Fact, Facts } from '../../../ui/work/fact.tsx';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { Page, Section } from '../../../ui/work/page.tsx';
import { Verdict } from '../../../ui/work/verdict.tsx';
import { supportPaths } from '../../support/paths.ts';
import { AccountLink } from './account-link.tsx';
import { Journal } from './journal.tsx';
import { type LedgerTransaction } from './use-ledger.ts';

/** An order holds few transactions: a sale, captures, refunds, goodwill, a dispute. */
const MOST = 200;

/** Everything that an order posted, and where its money is now. */
export function OrderPostingsPage({ id }: { id: string }) {
  const { market, paths } = useFinance();
  const orderId = id as OrderId;
  const t = text.ledger.ofOrder;
  const order = useQuery({
    queryKey: ['order', market.id, orderId],
    queryFn: ({ signal }) => call('getOrder', { params: { marketId: market.id, orderId }, signal }),
  });
  const transactions = useQuery({
    queryKey: ['order-transactions', market.id, orderId],
    queryFn: async ({ signal }) => {
      const page = await call('listLedgerTransactions', {
        params: { marketId: market.id },
        query: { orderId, limit: MOST },
        signal,
      });
      // As they happened.
      return page.items.toReversed();
    },
  });
  return (
    <Page
      title={text.order.title(shortCode(orderId))}
      above={{ name: text.ledger.title, path: paths.ledger }}
      lead={<span className="font-mono text-xs">{orderId}</span>}
      actions={
        <>
          <Link href={supportPaths(market.slug).order(orderId)} className="text-accent hover:underline">
            {text.support.title}
          </Link>
          <Link href={`/ops/${market.slug}?show=${orderId}`} className="text-accent hover:underline">
            {t.onMap}
          </Link>
        </>
      }
    >
      <Fetched query={order}>
        {(known) => (
          <OrderFacts state={known.state} totalMinor={known.totalMinor} placedAt={known.placedAt} />
        )}
      </Fetched>
      {order.data !== undefined && (
        <Fetched query={transactions}>
          {(all) =>
            all.length === 0 ? (
              <Notice icon="empty" title={t.none} hint={t.noneHint} />
            ) : (
              <div className="space-y-6">
                <Section title={t.whereItIs}>
                  <Remains transactions={all} />
                </Section>
                <Section title={t.transactions}>
                  <Journal transactions={all} withOrder={false} />
                </Section>
              </div>
            )
          }
        </Fetched>
      )}
    </Page>
  );
}

function OrderFacts(props: { state: keyof typeof text.orderState; totalMinor: number; placedAt: string }) {
  const format = useFormat();
  return (
    <Facts>
      <Fact name={text.ledger.ofOrder.state}>{text.orderState[props.state]}</Fact>
      <Fact name={text.order.total}>{format.money(props.totalMinor)}</Fact>
      <Fact name={text.order.placed}>{format.dateTime(props.placedAt)}</Fact>
    </Facts>
  );
}

/** What all transactions of the order together leave on each account. */
function Remains({ transactions }: { transactions: readonly LedgerTransaction[] }) {
  const format = useFormat();
  const t = text.ledger;
  const left = new Map<string, number>();
  for (const { postings } of transactions) {
    for (const { account, amountMinor } of postings) {
      left.set(account, (left.get(account) ?? 0) + amountMinor);
    }
  }
  const rows = [...left].filter(([, minor]) => minor !== 0).sort(([, a], [, b]) => b - a);
  const debitMinor = rows.reduce((sum, [, minor]) => sum + Math.max(0, minor), 0);
  const creditMinor = rows.reduce((sum, [, minor]) => sum + Math.max(0, -minor), 0);
  if (rows.length === 0) return <p className="text-ink-2">{t.ofOrder.nothingLeft}</p>;
  return (
    <MoneyTable label={t.ofOrder.whereItIs} data-testid="order-remains">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.accountHead}</Table.Th>
          <AmountHead w={160}>{t.debitIn(format.currency)}</AmountHead>
          <AmountHead w={160}>{t.creditIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([account, minor]) => (
          <Table.Tr key={account}>
            <Table.Td>
              <AccountLink code={account} />
              <span className="ml-2 font-mono text-xs text-ink-3 max-lg:hidden">{account}</span>
            </Table.Td>
            <AmountCell minor={minor > 0 ? minor : undefined} />
            <AmountCell minor={minor < 0 ? -minor : undefined} />
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th scope="row">
            <span className="flex items-center gap-3">
              {t.total}
              <Verdict debitMinor={debitMinor} creditMinor={creditMinor} />
            </span>
          </Table.Th>
          <AmountCell fw={700} minor={debitMinor} />
          <AmountCell fw={700} minor={creditMinor} />
        </Table.Tr>
      </Table.Tfoot>
    </MoneyTable>
  );
}
