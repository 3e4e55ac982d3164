import type { ReactNode } from 'react';
import { text } from '../../text/index.ts';

function Diamond({ look, size }: { look: string; size: number }) {
  return <span style={{ width: size, height: size }} className={`rotate-45 rounded-[2px] ${look}`} />;
}

/** What the marks mean; folded away on a phone until asked for. */
export function Legend() {
  const rows: [ReactNode, string][] = [
    [<Diamond look="bg-on-time" size={8} />, text.risk.on_time],
    [<Diamond look="bg-at-risk" size={10} />, text.risk.at_risk],
    [<Diamond look="bg-late" size={12} />, text.risk.late],
    [<span className="size-3 rounded-full bg-courier" />, text.legend.courierLoaded],
    [<span className="size-2.5 rounded-full border-2 border-courier" />, text.legend.courierIdle],
    [<span className="size-3 rounded-[3px] bg-ink-2" />, text.legend.store],
    [<span className="size-3 rounded-[3px] bg-ink-2 opacity-35" />, text.legend.storeClosed],
  ];
  return (
    <details className="absolute bottom-2 left-2 rounded-md border border-line bg-surface/90 text-xs shadow-sm">
      <summary className="px-2.5 py-1.5 font-medium text-ink-2 select-none">{text.live.legend}</summary>
      <ul className="space-y-1 px-2.5 pb-2">
        {rows.map(([mark, name]) => (
          <li key={name} className="flex items-center gap-2">
            <span aria-hidden className="flex w-4 justify-center">
              {mark}
            </span>
            {name}
          </li>
        ))}
      </ul>
    </details>
  );
}
