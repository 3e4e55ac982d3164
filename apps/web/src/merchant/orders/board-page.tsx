import { Switch } from '@mantine/core';
import { BellRing } from 'lucide-react';
import { useFormat } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice, Loading } from '../../ui/notice.tsx';
import { useUrlState } from '../../ui/work/use-url-state.ts';
import { useChime } from '../desk/chime.ts';
import { useDesk, useDeskNow } from '../desk/desk-context.tsx';
import { boardOf, COLUMNS, type DeskState, waitingForAnswer } from '../desk/desk-state.ts';
import { OrderCard } from './order-card.tsx';
import { OrderDrawer } from './order-drawer.tsx';

/** What the store has to do now, in the order in which it is done. */
export function BoardPage() {
  const { desk, error, readAgain } = useDesk();
  if (desk !== undefined) return <Board desk={desk} />;
  if (error === null) return <Loading />;
  return (
    <ErrorNotice error={error}>
      <Button onClick={() => void readAgain()}>{text.retry}</Button>
    </ErrorNotice>
  );
}

function Board({ desk }: { desk: DeskState }) {
  const { live } = useDesk();
  const nowMs = useDeskNow(desk);
  const format = useFormat();
  const [shown, setShown] = useUrlState('order');
  const board = boardOf(desk.orders);
  const waiting = waitingForAnswer(desk, nowMs);
  const chime = useChime(waiting);
  const t = text.merchant.orders;
  return (
    <div className="flex h-full flex-col" data-testid="board" data-rings={chime.rings}>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 pt-3 pb-2">
        <h2 className="text-lg font-semibold">{t.title}</h2>
        <p className="text-ink-2 tabular-nums" title={t.marketTime}>
          {format.timeWithSeconds(nowMs)}
        </p>
        <p role="status" className={live ? 'text-on-time' : 'font-medium text-at-risk'}>
          {live ? t.live : t.notLive}
        </p>
        <div className="ml-auto flex items-center gap-3">
          {chime.on && !chime.awake && (
            <Button look="primary" onClick={() => chime.switchTo(true)}>
              <BellRing aria-hidden className="size-4" />
              {t.wakeSound}
            </Button>
          )}
          <Switch
            checked={chime.on}
            onChange={(event) => chime.switchTo(event.currentTarget.checked)}
            label={t.sound}
          />
        </div>
      </div>
      <div className="grid min-h-0 flex-1 grid-cols-4 gap-3 px-4 pb-4 max-md:auto-cols-[85%] max-md:grid-flow-col max-md:grid-cols-none max-md:overflow-x-auto">
        {COLUMNS.map((column) => (
          <section
            key={column}
            aria-labelledby={`column-${column}`}
            data-testid={`column-${column}`}
            className="flex min-h-0 flex-col rounded-xl bg-surface-2"
          >
            <h3 id={`column-${column}`} className="flex items-center gap-2 px-3 pt-3 pb-2 font-semibold">
              {t.columns[column]}
              <span className="rounded-full bg-surface-3 px-2 text-xs text-ink-2 tabular-nums">
                {format.number(board[column].length)}
              </span>
            </h3>
            {board[column].length === 0 ? (
              <p className="px-3 pb-4 text-ink-2">{t.none[column]}</p>
            ) : (
              <ul
                className="min-h-0 flex-1 space-y-2 overflow-y-auto px-2 pb-3"
                tabIndex={0}
                aria-labelledby={`column-${column}`}
              >
                {board[column].map((order) => (
                  <OrderCard
                    key={order.id}
                    order={order}
                    desk={desk}
                    nowMs={nowMs}
                    onOpen={() => setShown(order.id)}
                  />
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
      <OrderDrawer id={shown} desk={desk} nowMs={nowMs} onClose={() => setShown(undefined)} />
    </div>
  );
}
