import type { Address } from '@halfhour/contract';
import { Link } from 'wouter';
import { text } from '../text/index.ts';
import { FIELD, Part } from './parts.tsx';
import { useShop } from './shop-context.tsx';

/** Where it goes to, and what the courier has to know to find it. */
export function DoorPart({
  door,
  next,
  onNote,
}: {
  door: Address | undefined;
  /** Back here from the page of addresses. */
  next: string;
  onNote: (note: string) => void;
}) {
  const { path } = useShop();
  return (
    <Part title={text.shop.deliverTo}>
      <div className="space-y-3">
        <div className="flex items-center justify-between gap-3">
          <p className="min-w-0 font-medium">{door?.label ?? text.shop.noAddress}</p>
          <Link
            href={path(`/address?next=${encodeURIComponent(next)}`)}
            className="flex h-10 shrink-0 items-center font-medium text-accent underline"
          >
            {text.shop.change}
          </Link>
        </div>
        {door !== undefined && (
          <label className="block space-y-1">
            <span className="text-ink-2">{text.shop.noteLabel}</span>
            <input
              className={FIELD}
              name="note"
              maxLength={200}
              placeholder={text.shop.notePlaceholder}
              defaultValue={door.note ?? ''}
              // Kept when it is written: each letter would be another address, and another quote.
              onBlur={(event) => onNote(event.target.value.trim())}
            />
          </label>
        )}
      </div>
    </Part>
  );
}
