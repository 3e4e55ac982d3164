import type { Compensation } from '@halfhour/contract';
import { Button, NumberInput, Select, SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { language, text } from '../../text/index.ts';
import { Failure } from '../../ui/work/failure.tsx';
import { useFormat } from '../../ui/market-format.tsx';
import { type Compensate, type OrderSupport, useCompensate } from './use-support.ts';

type What = 'lines' | 'amount' | 'goodwill';

/** A refund of lines or of an amount, or goodwill: within one's limits at once, above them as a proposal. */
export function GiveForm({ support }: { support: OrderSupport }) {
  const { order, cases, limits } = support;
  const format = useFormat();
  const give = useCompensate(order.id);
  const open = cases.find(({ state }) => state === 'open');
  const canRefund = order.state === 'delivered';
  const [what, setWhat] = useState<What>(canRefund ? 'lines' : 'goodwill');
  const [quantities, setQuantities] = useState<readonly number[]>(
    order.lines.map((line, index) => (open?.lines.includes(index) ? line.quantity : 0)),
  );
  const [amount, setAmount] = useState<number | string>('');
  const [reason, setReason] = useState<Compensation['reason']>(open?.kind ?? 'quality');
  const [note, setNote] = useState('');
  const t = text.support;
  const amountMinor = typeof amount === 'number' ? Math.round(amount * 10 ** format.currencyDigits) : 0;
  const wanted = what === 'lines' ? quantities.some((each) => each > 0) : amountMinor > 0;
  const body: Compensate = {
    kind: what === 'goodwill' ? 'goodwill' : 'refund',
    ...(what === 'lines'
      ? {
          lines: order.lines.flatMap(({ offerId }, line) =>
            quantities[line]! > 0 ? [{ line, offerId, quantity: quantities[line]! }] : [],
          ),
        }
      : { amountMinor }),
    reason,
    ...(note.trim() === '' ? {} : { note: note.trim() }),
    ...(open === undefined ? {} : { caseId: open.id }),
  };
  return (
    <form
      data-testid="give"
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate(body);
      }}
    >
      <SegmentedControl
        fullWidth
        value={what}
        onChange={(value) => setWhat(value as What)}
        data={[
          { value: 'lines', label: t.refundLines, disabled: !canRefund },
          { value: 'amount', label: t.refundAmount, disabled: !canRefund },
          { value: 'goodwill', label: t.kinds.goodwill },
        ]}
      />
      {!canRefund && <p className="text-ink-2">{t.onlyGoodwill}</p>}
      {what === 'lines' ? (
        <ul className="space-y-2">
          {order.lines.map(({ names, quantity }, index) => (
            <li key={index} className="flex items-center justify-between gap-3">
              <span>{names[language] ?? names.en}</span>
              <NumberInput
                aria-label={names[language] ?? names.en}
                value={quantities[index]!}
                min={0}
                max={quantity}
                allowDecimal={false}
                suffix={` / ${quantity}`}
                w={110}
                onChange={(value) =>
                  setQuantities(quantities.map((each, at) => (at === index ? Number(value) || 0 : each)))
                }
              />
            </li>
          ))}
        </ul>
      ) : (
        <NumberInput
          label={t.amountIn(format.currency)}
          description={what === 'goodwill' ? t.goodwillHint : undefined}
          value={amount}
          min={0}
          decimalScale={format.currencyDigits}
          onChange={setAmount}
        />
      )}
      <Select
        label={t.reason}
        value={reason}
        allowDeselect={false}
        data={Object.entries(t.complaints).map(([value, label]) => ({ value, label }))}
        onChange={(value) => value !== null && setReason(value as Compensation['reason'])}
      />
      <Textarea
        label={t.note}
        value={note}
        maxLength={2_000}
        autosize
        minRows={2}
        onChange={(event) => setNote(event.target.value)}
      />
      <p className="text-ink-2">
        {t.limits(format.money(limits.leftOnOrderMinor), format.money(limits.leftTodayMinor))}
      </p>
      <Failure error={give.error} />
      {give.data !== undefined && (
        <p role="status" className="rounded-md bg-on-time-soft p-3 text-on-time">
          {give.data.state === 'given'
            ? t.given(format.money(give.data.amountMinor))
            : t.proposed(format.money(give.data.amountMinor))}
        </p>
      )}
      <Button type="submit" fullWidth loading={give.isPending} disabled={!wanted}>
        {t.give}
      </Button>
    </form>
  );
}
