import type { PaymentException } from '@halfhour/contract';
import { Table, UnstyledButton } from '@mantine/core';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { useFinance } from '../use-finance.ts';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { useUrlState } from '../../../ui/work/use-url-state.ts';
import { ExceptionDrawer } from './exception-drawer.tsx';
import { ReconciliationFrame } from './reconciliation-frame.tsx';
import { useExceptions } from './use-exceptions.ts';

/** What providers refused, and where their lists and our books differ: the queue of a person. */
export function ReconciliationPage({ state }: { state: PaymentException['state'] }) {
  const { query, items } = useExceptions(state);
  const [shown, show] = useUrlState('show');
  const t = text.reconciliation;
  return (
    <ReconciliationFrame view={state}>
      <FetchedPages query={query} items={items}>
        {(all) =>
          all.length === 0 ? (
            <Notice
              icon="empty"
              title={state === 'open' ? t.noneOpen : t.noneResolved}
              hint={state === 'open' ? t.noneOpenHint : undefined}
            />
          ) : (
            <ExceptionTable exceptions={all} shownId={shown} onShow={show} />
          )
        }
      </FetchedPages>
      <ExceptionDrawer id={shown} onClose={() => show(undefined)} />
    </ReconciliationFrame>
  );
}

function ExceptionTable(props: {
  exceptions: readonly PaymentException[];
  shownId: string | undefined;
  onShow: (id: string) => void;
}) {
  const { exceptions, shownId, onShow } = props;
  const format = useFormat();
  const { market } = useFinance();
  const t = text.reconciliation;
  return (
    <MoneyTable label={t.title} minWidth={960} highlightOnHover data-testid="exceptions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.what}</Table.Th>
          <Table.Th scope="col">{t.order}</Table.Th>
          <Table.Th scope="col">{t.provider}</Table.Th>
          <AmountHead>{t.oursIn(market.currency)}</AmountHead>
          <AmountHead>{t.theirsIn(market.currency)}</AmountHead>
          <AmountHead>{t.difference}</AmountHead>
          <Table.Th scope="col">{t.found}</Table.Th>
          <Table.Th scope="col">{t.state}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {exceptions.map((exception) => (
          <Table.Tr
            key={exception.id}
            data-id={exception.id}
            data-kind={exception.kind}
            {...(exception.id === shownId && { bg: 'var(--accent-soft)' })}
          >
            <Table.Td>
              <UnstyledButton
                onClick={() => onShow(exception.id)}
                fw={500}
                fz="md"
                className="text-accent underline-offset-2 hover:underline"
              >
                {t.kind[exception.kind].title}
              </UnstyledButton>
            </Table.Td>
            <Table.Td>
              {exception.orderId === undefined ? '–' : <OrderLink id={exception.orderId} />}
            </Table.Td>
            <Table.Td>{exception.provider}</Table.Td>
            <AmountCell minor={exception.oursMinor}>–</AmountCell>
            <AmountCell minor={exception.theirsMinor}>–</AmountCell>
            <AmountCell fw={600}>
              {format.amount((exception.theirsMinor ?? 0) - (exception.oursMinor ?? 0))}
            </AmountCell>
            <Table.Td className="whitespace-nowrap">{format.dateTime(exception.foundAt)}</Table.Td>
            <Table.Td>
              <Tag tone={exception.state === 'open' ? 'watch' : 'good'}>{t.states[exception.state]}</Tag>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
