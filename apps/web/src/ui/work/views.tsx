import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** The views of a page, each at an address of its own, with what can be done with the present one. */
export function Views<N extends string>(props: {
  label: string;
  views: readonly { readonly name: N; readonly title: ReactNode; readonly path: string }[];
  here: N;
  children?: ReactNode;
}) {
  const { label, views, here, children } = props;
  return (
    <div className="flex flex-wrap items-end justify-between gap-3 border-b border-line">
      <nav aria-label={label} className="flex gap-1">
        {views.map(({ name, title, path }) => (
          <Link
            key={name}
            href={path}
            aria-current={name === here ? 'page' : undefined}
            className={`-mb-px flex h-10 items-center gap-1.5 border-b-2 px-3 font-medium ${
              name === here ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink'
            }`}
          >
            {title}
          </Link>
        ))}
      </nav>
      {children !== undefined && <div className="flex flex-wrap items-end gap-2 pb-2">{children}</div>}
    </div>
  );
}
