import type { UserId } from '@halfhour/kernel';
import { text } from '../../text/index.ts';
import { Notice } from '../../ui/notice.tsx';
import { FetchedPages } from '../../ui/work/fetched.tsx';
import { CompensationCard } from './compensation-card.tsx';
import { SupportFrame } from './support-frame.tsx';
import { useCompensations } from './use-support.ts';

/** What waits for a second person. */
export function ProposalsPage({ userId }: { userId: UserId }) {
  const { query, items } = useCompensations('proposed');
  const t = text.support;
  return (
    <SupportFrame view="proposals">
      <FetchedPages query={query} items={items}>
        {(proposals) =>
          proposals.length === 0 ? (
            <Notice icon="empty" title={t.noProposals} hint={t.noProposalsHint} />
          ) : (
            <ul className="space-y-3">
              {proposals.map((each) => (
                <li key={each.id}>
                  <CompensationCard compensation={each} userId={userId} withOrder />
                </li>
              ))}
            </ul>
          )
        }
      </FetchedPages>
    </SupportFrame>
  );
}
