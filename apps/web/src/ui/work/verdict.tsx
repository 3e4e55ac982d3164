import { text } from '../../text/index.ts';
import { Tag } from '../tag.tsx';

/** Whether debits and credits are equal. */
export function Verdict({ debitMinor, creditMinor }: { debitMinor: number; creditMinor: number }) {
  const sound = debitMinor === creditMinor;
  return (
    <span data-testid="balanced">
      <Tag tone={sound ? 'good' : 'bad'}>{sound ? text.ledger.balanced : text.ledger.unbalanced}</Tag>
    </span>
  );
}
