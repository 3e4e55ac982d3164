import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useMarket } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import { Page } from '../../ui/work/page.tsx';
import { Views } from '../../ui/work/views.tsx';
import { supportPaths } from './paths.ts';

/** An order's id as it is written in links, events and receipts. */
const ORDER_ID = /^ord_[0-7][0-9a-v]{12}$/;

/** The lists of support: what waits for an answer, what was answered, what waits for a second person. */
export function SupportFrame({
  view,
  children,
}: {
  view: 'open' | 'closed' | 'proposals';
  children: ReactNode;
}) {
  const market = useMarket();
  const paths = supportPaths(market.slug);
  const t = text.support;
  return (
    <Page title={t.title} lead={t.lead} actions={<OrderSearch />}>
      <Views
        label={t.views.label}
        here={view}
        views={[
          { name: 'open', title: t.views.open, path: paths.cases },
          { name: 'proposals', title: t.views.proposals, path: paths.proposals },
          { name: 'closed', title: t.views.closed, path: paths.closed },
        ]}
      />
      {children}
    </Page>
  );
}

function OrderSearch() {
  const market = useMarket();
  const [, navigate] = useLocation();
  const [id, setId] = useState('');
  const [isWrong, setWrong] = useState(false);
  const t = text.support;
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = id.trim().toLowerCase();
        if (ORDER_ID.test(wanted)) navigate(supportPaths(market.slug).order(wanted));
        else setWrong(true);
      }}
    >
      <TextInput
        aria-label={t.orderId}
        placeholder={t.orderIdExample}
        value={id}
        error={isWrong && t.orderIdWrong}
        w={240}
        onChange={(event) => {
          setId(event.target.value);
          setWrong(false);
        }}
      />
      <Button type="submit" variant="default">
        {t.openOrder}
      </Button>
    </form>
  );
}
