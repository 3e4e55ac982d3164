import type { OrderId, UserId } from '@halfhour/kernel';
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { language, text } from '../../text/index.ts';
import { Tag } from '../../ui/tag.tsx';
import { kindName } from '../../ui/account-words.ts';
import { Fact, Facts } from '../../ui/work/fact.tsx';
import { Fetched } from '../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../ui/work/money-table.tsx';
import { Page, Section } from '../../ui/work/page.tsx';
import { useFormat, useMarket } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { factsOf, humanise } from '../timeline-text.ts';
import { CaseCard } from './case-card.tsx';
import { CompensationCard } from './compensation-card.tsx';
import { GiveForm } from './give-form.tsx';
import { supportPaths } from './paths.ts';
import { type OrderSupport, useOrderSupport } from './use-support.ts';

/** One order with everything that ever happened to it, and what the reader may give for it. */
export function OrderPage({ id, userId }: { id: string; userId: UserId }) {
  const market = useMarket();
  const orderId = id as OrderId;
  const support = useOrderSupport(orderId);
  return (
    <Page
      title={text.order.title(shortCode(orderId))}
      above={{ name: text.support.title, path: supportPaths(market.slug).cases }}
      lead={<span className="font-mono text-xs">{orderId}</span>}
    >
      <Fetched query={support}>{(found) => <Everything support={found} userId={userId} />}</Fetched>
    </Page>
  );
}

function Everything({ support, userId }: { support: OrderSupport; userId: UserId }) {
  const t = text.support;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="min-w-0 space-y-6">
        <OrderFacts support={support} />
        <Section title={t.cases}>
          <Some of={support.cases} none={t.noCases}>
            {(each) => <CaseCard key={each.id} found={each} order={support.order} />}
          </Some>
        </Section>
        <Section title={t.compensations}>
          <Some of={support.compensations} none={t.noCompensations}>
            {(each) => <CompensationCard key={each.id} compensation={each} userId={userId} />}
          </Some>
        </Section>
        <Section title={t.lines}>
          <Lines order={support.order} />
        </Section>
        <Section title={text.order.timeline}>
          <Timeline support={support} />
        </Section>
        <Section title={t.postings}>
          <Postings support={support} />
        </Section>
      </div>
      <aside className="space-y-6 rounded-lg border border-line bg-surface p-4 lg:sticky lg:top-4">
        <Section title={t.giveTitle}>
          <GiveForm key={support.order.refundedMinor} support={support} />
        </Section>
        <Section title={t.signals}>
          <Signals signals={support.signals} />
        </Section>
      </aside>
    </div>
  );
}

function Some<T>(props: { of: readonly T[]; none: string; children: (each: T) => ReactNode }) {
  if (props.of.length === 0) return <p className="text-ink-2">{props.none}</p>;
  return <div className="space-y-3">{props.of.map(props.children)}</div>;
}

function OrderFacts({ support }: { support: OrderSupport }) {
  const format = useFormat();
  const { order, payment, wallet, dispatch } = support;
  const t = text.support;
  return (
    <Facts>
      <Fact name={text.ledger.ofOrder.state}>{text.orderState[order.state]}</Fact>
      <Fact name={text.order.store}>{order.storeName}</Fact>
      <Fact name={text.order.placed}>{format.dateTime(order.placedAt)}</Fact>
      <Fact name={text.order.promised}>{format.time(order.promise.latest)}</Fact>
      {order.deliveredAt !== undefined && (
        <Fact name={text.order.delivered}>{format.time(order.deliveredAt)}</Fact>
      )}
      <Fact name={text.order.total}>{format.money(order.totalMinor)}</Fact>
      {order.refundedMinor > 0 && <Fact name={text.order.refunded}>{format.money(order.refundedMinor)}</Fact>}
      {payment !== null && (
        <Fact name={t.payment}>
          {payment.provider}: {humanise(payment.state)}
        </Fact>
      )}
      <Fact name={t.wallet}>{format.money(wallet.balanceMinor)}</Fact>
      <Fact name={text.order.address}>{order.address.label}</Fact>
      {dispatch.reason !== undefined && <Fact name={t.dispatch}>{humanise(dispatch.reason)}</Fact>}
    </Facts>
  );
}

function Lines({ order }: { order: OrderSupport['order'] }) {
  const format = useFormat();
  return (
    <MoneyTable label={text.support.lines} minWidth={400}>
      <Table.Tbody>
        {order.lines.map(({ names, quantity, totalMinor }, index) => (
          <Table.Tr key={index}>
            <Table.Td>
              {quantity} × {names[language] ?? names.en}
            </Table.Td>
            <AmountCell>{format.money(totalMinor)}</AmountCell>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}

function Timeline({ support }: { support: OrderSupport }) {
  const format = useFormat();
  const t = text.support;
  const nameOf = (id: string): string | undefined =>
    id === support.order.storeId ? support.order.storeName : undefined;
  const steps = [
    ...support.timeline.map(({ at, type, by, data }) => ({ at, title: humanise(type), by, data })),
    ...support.actions.map(({ at, kind, role, reason }) => ({
      at,
      title: humanise(kind),
      by: role,
      data: { reason },
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
  if (steps.length === 0) return <p className="text-ink-2">{text.order.noTimeline}</p>;
  return (
    <ol aria-label={t.everything} className="space-y-2" data-testid="support-timeline">
      {steps.map(({ at, title, by, data }, index) => (
        <li key={index} className="flex gap-3">
          <time dateTime={at} className="w-16 shrink-0 text-ink-2 tabular-nums">
            {format.timeWithSeconds(at)}
          </time>
          <div className="min-w-0">
            <span className="font-medium">{title}</span>{' '}
            <span className="text-ink-2">{text.order.by(by)}</span>
            <p className="text-ink-2">
              {factsOf(data, format, nameOf)
                .map(({ name, value }) => `${name}: ${value}`)
                .join(' · ')}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Postings({ support }: { support: OrderSupport }) {
  const format = useFormat();
  const t = text.support;
  if (support.postings.length === 0) return <p className="text-ink-2">{text.ledger.ofOrder.noneHint}</p>;
  return (
    <MoneyTable label={t.postings} minWidth={400}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.when}</Table.Th>
          <Table.Th scope="col">{t.what}</Table.Th>
          <AmountHead>{t.amountIn(format.currency)}</AmountHead>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {support.postings.map(({ id, kind, postedAt, postings }) => (
          <Table.Tr key={id}>
            <Table.Td className="whitespace-nowrap">{format.dateTime(postedAt)}</Table.Td>
            <Table.Td>{kindName(kind)}</Table.Td>
            <AmountCell
              minor={postings.reduce((sum, { amountMinor }) => sum + Math.max(0, amountMinor), 0)}
            />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </MoneyTable>
  );
}

function Signals({ signals }: { signals: OrderSupport['signals'] }) {
  const format = useFormat();
  const t = text.support;
  return (
    <ul className="space-y-1">
      {signals.map(({ name, value, raised }) => (
        <li key={name} className="flex items-center justify-between gap-3">
          <span className="text-ink-2">{t.signal[name]}</span>
          <span className="flex items-center gap-2 tabular-nums">
            {name === 'refundedShare' ? format.percent(value / 100) : format.number(value)}
            {raised && <Tag tone="watch">{t.raised}</Tag>}
          </span>
        </li>
      ))}
    </ul>
  );
}
