import type { TariffPreview } from '@halfhour/contract';
import { Table } from '@mantine/core';
import { text } from '../../../text/index.ts';
import { useFormat } from '../../../ui/market-format.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { OrderLink } from '../order-link.tsx';
import { Section } from '../../../ui/work/page.tsx';

const SUMS = ['shoppersPayMinor', 'merchantsGetMinor', 'platformEarnsMinor', 'taxMinor'] as const;
/** Told of each order: a change of commission moves nothing for its shopper. */
const MOVED = ['shoppersPayMinor', 'merchantsGetMinor', 'platformEarnsMinor'] as const;
const SHOWN = 20;

/** What a draft would have made of the orders of the last seven days: the sums, and the orders that change most. */
export function Preview({ preview }: { preview: TariffPreview }) {
  const format = useFormat();
  const t = text.tariffs.preview;
  const { before, after, orders, changed, complete, largest } = preview;
  return (
    <div className="space-y-4" data-testid="preview-result">
      <Section title={t.title}>
        <p className="text-ink-2">
          {orders === 0
            ? t.noOrders
            : t.counts(format.number(changed), format.number(orders), format.date(preview.from))}
          {!complete && ` ${t.notAll}`}
        </p>
        {orders > 0 && (
          <MoneyTable label={t.title} minWidth={380} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{format.currency}</Table.Th>
                <AmountHead>{t.before}</AmountHead>
                <AmountHead>{t.after}</AmountHead>
                <AmountHead>{t.difference}</AmountHead>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {SUMS.map((sum) => (
                <Table.Tr key={sum} data-sum={sum}>
                  <Table.Th scope="row" fw={400}>
                    {t.sums[sum]}
                  </Table.Th>
                  <AmountCell minor={before[sum]} />
                  <AmountCell minor={after[sum]} />
                  <AmountCell fw={600}>
                    <Difference minor={after[sum] - before[sum]} />
                  </AmountCell>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </MoneyTable>
        )}
      </Section>
      {changed > 0 && (
        <Section title={t.largest}>
          <MoneyTable label={t.largest} minWidth={380} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.order}</Table.Th>
                {MOVED.map((sum) => (
                  <AmountHead key={sum}>{t.sums[sum]}</AmountHead>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {largest.slice(0, SHOWN).map((one) => (
                <Table.Tr key={one.orderId}>
                  <Table.Td>
                    <OrderLink id={one.orderId} />
                  </Table.Td>
                  {MOVED.map((sum) => (
                    <AmountCell key={sum}>
                      <Difference minor={one.after[sum] - one.before[sum]} />
                    </AmountCell>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </MoneyTable>
        </Section>
      )}
    </div>
  );
}

/** More with its sign, since it is a change. */
function Difference({ minor }: { minor: number }) {
  const format = useFormat();
  return `${minor > 0 ? '+' : ''}${format.amount(minor)}`;
}
