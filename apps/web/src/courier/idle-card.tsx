import { Coffee, Hourglass } from 'lucide-react';
import { useState } from 'react';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { useCourierApp } from './courier-context.tsx';

/** Between two routes: wait, rest or end the shift. Below a route (`hasWork`) only what comes after it. */
export function IdleCard(props: { onBreak: boolean; shiftEnding: boolean; hasWork?: boolean }) {
  const { onBreak, shiftEnding, hasWork = false } = props;
  const { sender } = useCourierApp();
  const [asks, setAsks] = useState(false);
  const words = text.courierApp.idle;
  const Icon = onBreak ? Coffee : Hourglass;
  return (
    <section className={`flex flex-col gap-3 p-4 ${hasWork ? 'border-t border-line' : 'flex-1'}`}>
      {!hasWork && (
        <div role="status" data-testid="idle" className="m-auto max-w-72 space-y-2 py-10 text-center">
          <Icon aria-hidden className="mx-auto size-10 text-ink-3" strokeWidth={1.5} />
          <p className="text-lg font-semibold">{onBreak ? words.breakTitle : words.title}</p>
          <p className="text-ink-2">{onBreak ? words.breakHint : words.hint}</p>
        </div>
      )}
      {asks ? (
        <div role="group" aria-label={words.endQuestion} className="space-y-3 rounded-lg bg-surface-2 p-4">
          <p className="font-semibold">{words.endQuestion}</p>
          <p className="text-sm text-ink-2">{hasWork ? words.endHintBusy : words.endHintIdle}</p>
          <div className="flex gap-2">
            <Button className="h-12 flex-1 text-base!" onClick={() => setAsks(false)}>
              {words.keep}
            </Button>
            <Button
              look="danger"
              className="h-12 flex-1 text-base!"
              data-testid="end-shift-now"
              onClick={() => {
                setAsks(false);
                sender.submit({ kind: 'end_shift' });
              }}
            >
              {words.endShift}
            </Button>
          </div>
        </div>
      ) : (
        !shiftEnding && (
          <div className="flex gap-2">
            <Button
              look={onBreak && !hasWork ? 'primary' : 'plain'}
              className="h-12 flex-1 text-base!"
              data-testid="break"
              onClick={() => sender.submit({ kind: 'break', onBreak: !onBreak })}
            >
              {onBreak ? words.endBreak : words.startBreak}
            </Button>
            <Button className="h-12 flex-1 text-base!" data-testid="end-shift" onClick={() => setAsks(true)}>
              {words.endShift}
            </Button>
          </div>
        )
      )}
    </section>
  );
}
