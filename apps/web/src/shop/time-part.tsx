import type { Quote, Slot } from '@halfhour/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { localTimeOf } from '../ui/zoned-time.ts';
import { Chips, Part } from './parts.tsx';
import { useShop } from './shop-context.tsx';
import { useMarketNow, useStore } from './use-shop-data.ts';

const DAYS = 8;

/** As soon as possible, or in a slot of the store; and what is promised then. */
export function TimePart({
  storeId,
  promise,
  slot,
  onSlot,
}: {
  storeId: string;
  promise: Quote['promise'] | undefined;
  slot: string | undefined;
  onSlot: (slot: Slot | undefined) => void;
}) {
  const { format } = useShop();
  const nowMs = useMarketNow(30_000);
  const [later, setLater] = useState(false);
  const isLater = later || slot !== undefined;
  return (
    <Part title={text.shop.when}>
      <div className="-mx-4">
        <Chips
          label={text.shop.when}
          options={[
            { id: 'now', name: text.shop.asSoonAsPossible },
            { id: 'later', name: text.shop.inASlot },
          ]}
          value={isLater ? 'later' : 'now'}
          onChange={(id) => {
            setLater(id === 'later');
            if (id === 'now') onSlot(undefined);
          }}
        />
      </div>
      {isLater && nowMs !== undefined && (
        <Slots storeId={storeId} nowMs={nowMs} chosen={slot} onSlot={onSlot} />
      )}
      {promise !== undefined && (!isLater || slot !== undefined) && (
        <p className="mt-2 text-base" data-testid="promise">
          {text.shop.promised}{' '}
          <strong className="tabular-nums">
            {isLater && `${format.day(promise.earliest)} `}
            {text.shop.between(format.time(promise.earliest), format.time(promise.latest))}
          </strong>
        </p>
      )}
    </Part>
  );
}

function Slots({
  storeId,
  nowMs,
  chosen,
  onSlot,
}: {
  storeId: string;
  nowMs: number;
  chosen: string | undefined;
  onSlot: (slot: Slot) => void;
}) {
  const { market, format } = useShop();
  const store = useStore(storeId);
  const days = Array.from({ length: DAYS }, (_, ahead) =>
    localTimeOf(nowMs + ahead * 86_400_000, market.timeZone).slice(0, 10),
  );
  const [day, setDay] = useState(() =>
    chosen === undefined ? days[0]! : localTimeOf(chosen, market.timeZone).slice(0, 10),
  );
  const slots = useQuery({
    queryKey: ['slots', market.id, storeId, day],
    queryFn: async ({ signal }) =>
      (
        await call('listSlots', {
          params: { marketId: market.id, storeId: storeId as NonNullable<typeof store.data>['id'] },
          query: { day },
          signal,
        })
      ).items,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="-mx-4">
        <Chips
          label={text.shop.day}
          options={days.map((id, ahead) => ({
            id,
            name: ahead === 0 ? text.shop.today : format.day(nowMs + ahead * 86_400_000),
          }))}
          value={day}
          onChange={setDay}
        />
      </div>
      {slots.data !== undefined && slots.data.length === 0 && (
        <p role="status" className="py-2 text-ink-2">
          {text.shop.noSlots}
        </p>
      )}
      {slots.data !== undefined && slots.data.length > 0 && (
        <div role="group" aria-label={text.shop.slots} className="grid grid-cols-2 gap-2 py-2 sm:grid-cols-3">
          {slots.data.map((slot) => (
            <button
              key={slot.start}
              type="button"
              aria-pressed={slot.start === chosen}
              disabled={slot.left < 1}
              onClick={() => onSlot(slot)}
              className="h-12 rounded-xl border border-line tabular-nums hover:bg-surface-2 disabled:opacity-50 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-semibold"
            >
              {text.shop.between(format.time(slot.start), format.time(slot.end))}
              {slot.left < 1 && <span className="block text-xs">{text.shop.full}</span>}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
