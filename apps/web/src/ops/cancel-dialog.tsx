import type { MarketId, OrderId } from '@halfhour/kernel';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { shortCode } from '../ui/short-code.ts';

/** Asks before an order is cancelled. One dialog is one command: trying again sends the same key. */
export function CancelDialog(props: { marketId: MarketId; orderId: OrderId; onClose: () => void }) {
  const { marketId, orderId, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [note, setNote] = useState('');
  const [key, setKey] = useState(newIdempotencyKey);
  const cancel = useMutation({
    mutationFn: () =>
      call('cancelOrder', {
        params: { marketId, orderId },
        body: note.trim() === '' ? {} : { note: note.trim() },
        idempotencyKey: key,
      }),
    onSuccess: onClose,
  });
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-5 text-ink shadow-xl backdrop:bg-black/40"
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          cancel.mutate();
        }}
      >
        <h2 id={titleId} className="text-lg font-semibold">
          {text.order.cancelTitle(shortCode(orderId))}
        </h2>
        <p className="text-ink-2">{text.order.cancelExplain}</p>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.order.cancelNote}</span>
          <textarea
            rows={2}
            maxLength={500}
            value={note}
            onChange={(event) => {
              setNote(event.target.value);
              // Another note is another command: the same key with another body would be refused.
              setKey(newIdempotencyKey());
            }}
            className="w-full rounded-md border border-line bg-surface p-2"
          />
        </label>
        {cancel.isError && (
          <p role="alert" className="rounded-md bg-late-soft p-3 text-late">
            <strong className="block font-medium">{wordsFor(cancel.error).title}</strong>
            {wordsFor(cancel.error).hint}
          </p>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button autoFocus onClick={() => dialog.current?.close()}>
            {text.order.keep}
          </Button>
          <Button look="danger" type="submit" disabled={cancel.isPending}>
            {cancel.isPending ? text.order.cancelling : text.order.cancelConfirm}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
