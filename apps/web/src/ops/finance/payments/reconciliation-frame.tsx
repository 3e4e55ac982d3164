import type { ReactNode } from 'react';
import { text } from '../../../text/index.ts';
import { useFinance } from '../use-finance.ts';
import { Page } from '../../../ui/work/page.tsx';
import { Views } from '../../../ui/work/views.tsx';

export function ReconciliationFrame({
  view,
  children,
}: {
  view: 'open' | 'resolved' | 'attention';
  children: ReactNode;
}) {
  const { paths } = useFinance();
  const t = text.reconciliation;
  return (
    <Page title={t.title} lead={view === 'attention' ? t.attentionLead : t.lead}>
      <Views
        label={t.views.label}
        here={view}
        views={[
          { name: 'open', title: t.views.open, path: paths.reconciliation },
          { name: 'attention', title: t.views.attention, path: paths.attention },
          { name: 'resolved', title: t.views.resolved, path: paths.resolvedExceptions },
        ]}
      />
      {children}
    </Page>
  );
}
