import { ArrowLeft } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { text } from '../text/index.ts';
import { IconButton } from '../ui/button.tsx';
import { useSelection } from './use-selection.ts';

/** The parts that the details of an order, a courier and a store share. */

export function DetailsHeader({ title, children }: { title: string; children?: ReactNode }) {
  const [, select] = useSelection();
  return (
    <header className="flex shrink-0 items-center gap-1 border-b border-line py-1.5 pr-4 pl-1.5">
      <IconButton label={text.back} onClick={() => select(undefined)} data-testid="details-back">
        <ArrowLeft className="size-4" />
      </IconButton>
      <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h2>
      {children}
    </header>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line p-4">
      <h3 className="mb-2.5 text-xs font-medium tracking-wide text-ink-3 uppercase">{title}</h3>
      {children}
    </section>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | false)[] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-b border-line p-4">
      {rows.map(
        (row) =>
          row !== false && (
            <Fragment key={row[0]}>
              <dt className="text-ink-3">{row[0]}</dt>
              <dd className="min-w-0 text-right break-words">{row[1]}</dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}

/** Leads to the details of what `id` names. */
export function SelectLink({ id, children, testId }: { id: string; children: ReactNode; testId?: string }) {
  const [, select] = useSelection();
  return (
    <button
      type="button"
      data-testid={testId}
      onClick={() => select(id)}
      className="text-right underline decoration-line underline-offset-3 hover:decoration-current"
    >
      {children}
    </button>
  );
}
