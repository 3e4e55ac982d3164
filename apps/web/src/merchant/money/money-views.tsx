import type { ReactNode } from 'react';
import { Page } from '../../ui/work/page.tsx';
import { Views } from '../../ui/work/views.tsx';
import { text } from '../../text/index.ts';
import { useStoreScope } from '../store-context.tsx';

/** What all pages of a store's money have above them. */
export function MoneyViews(props: { here: 'earnings' | 'payouts' | 'invoices'; children: ReactNode }) {
  const { paths } = useStoreScope();
  const t = text.merchant.money;
  return (
    <Page title={t.title} lead={t.lead[props.here]}>
      <Views
        label={t.title}
        here={props.here}
        views={[
          { name: 'earnings', title: t.views.earnings, path: paths.money },
          { name: 'payouts', title: t.views.payouts, path: paths.payouts },
          { name: 'invoices', title: t.views.invoices, path: paths.invoices },
        ]}
      />
      {props.children}
    </Page>
  );
}
