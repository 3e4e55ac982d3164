import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { text } from '../text/index.ts';
import { IconButton } from '../ui/button.tsx';

/** A dialog that comes from below, where the thumb is. Escape, the cross and a tap beside it close it. */
export function Sheet({
  title,
  foot,
  onClose,
  children,
}: {
  title: string;
  foot: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      className="m-0 mt-auto w-full max-w-none rounded-t-2xl bg-surface text-[15px] text-ink shadow-xl backdrop:bg-black/50 sm:m-auto sm:max-w-lg sm:rounded-2xl"
    >
      <div className="flex max-h-[88dvh] flex-col">
        <header className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-4">
          <h2 id={titleId} className="min-w-0 flex-1 text-lg font-semibold">
            {title}
          </h2>
          <IconButton label={text.close} className="size-11" onClick={() => dialog.current?.close()}>
            <X aria-hidden className="size-5" />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        <footer className="border-t border-line p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          {foot}
        </footer>
      </div>
    </dialog>
  );
}
