import type { SupportCase } from '@halfhour/contract';
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useFormat, useMarket } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { FetchedPages } from '../../ui/work/fetched.tsx';
import { MoneyTable } from '../../ui/work/money-table.tsx';
import { supportPaths } from './paths.ts';
import { SupportFrame } from './support-frame.tsx';
import { useCases } from './use-support.ts';

/** What shoppers complain of, and what became of it. */
export function CasesPage({ state }: { state: SupportCase['state'] }) {
  const { query, items } = useCases(state);
  const t = text.support;
  return (
    <SupportFrame view={state}>
      <FetchedPages query={query} items={items}>
        {(cases) =>
          cases.length === 0 ? (
            <Notice icon="empty" title={state === 'open' ? t.noneOpen : t.noneClosed} hint={t.noneHint} />
          ) : (
            <Cases cases={cases} state={state} />
          )
        }
      </FetchedPages>
    </SupportFrame>
  );
}

function Cases({ cases, state }: { cases: readonly SupportCase[]; state: SupportCase['state'] }) {
  const market = useMarket();
  const format = useFormat();
  const t = text.support;
  return (
    <MoneyTable label={t.views[state]} minWidth={800} highlightOnHover data-testid="cases">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.order}</Table.Th>
          <Table.Th scope="col">{t.complaint}</Table.Th>
          <Table.Th scope="col">{t.words}</Table.Th>
          <Table.Th scope="col">{t.opened}</Table.Th>
          {state === 'closed' && <Table.Th scope="col">{t.outcome}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {cases.map((each) => (
          <Table.Tr key={each.id} data-id={each.id}>
            <Table.Td className="whitespace-nowrap">
              <Link
                href={supportPaths(market.slug).order(each.orderId)}
                className="font-medium text-accent underline-offset-2 hover:underline"
              >
                {text.order.title(shortCode(each.orderId))}
              </Link>
            </Table.Td>
            <Table.Td className="whitespace-nowrap">{t.complaints[each.kind]}</Table.Td>
            <Table.Td>
              <span className="line-clamp-2 max-w-xl">{each.text}</span>
            </Table.Td>
            <Table.Td className="whitespace-nowrap">{format.dateTime(each.openedAt)}</Table.Td>
            {state === 'closed' && (
              <Table.Td>{each.outcome !== undefined && <Tag>{t.outcomes[each.outcome]}</Tag>}</Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}
