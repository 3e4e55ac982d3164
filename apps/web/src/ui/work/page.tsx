import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** A finance page: what it is, what can be done with all of it, and its content. */
export function Page(props: {
  title: ReactNode;
  /** One sentence on what is seen. */
  lead?: ReactNode;
  /** The page above, which leads back. */
  above?: { readonly name: string; readonly path: string };
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { title, lead, above, actions, children } = props;
  return (
    <div className="mx-auto max-w-[90rem] space-y-4 p-4 md:p-6">
      <div className="flex items-end justify-between gap-x-6 gap-y-3 max-lg:flex-wrap">
        <div className="min-w-0 space-y-1">
          {above !== undefined && (
            <Link href={above.path} className="text-accent hover:underline">
              ← {above.name}
            </Link>
          )}
          <Title order={2} size="h3">
            {title}
          </Title>
          {lead !== undefined && <p className="max-w-3xl text-ink-2">{lead}</p>}
        </div>
        {actions !== undefined && <div className="flex shrink-0 flex-wrap items-end gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page with a heading of its own. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="space-y-2">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <Title order={3} size="h5">
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </section>
  );
}
