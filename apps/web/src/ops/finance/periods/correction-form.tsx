import { ActionIcon, Button, Group, NumberInput, Textarea, TextInput } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { text } from '../../../text/index.ts';
import { useFormat } from '../../../ui/market-format.tsx';
import { Failure } from '../../../ui/work/failure.tsx';
import { useCorrection } from './use-periods.ts';

interface Line {
  readonly account: string;
  /** In major units, debit positive, as it was typed: `1.50` stays so while it is written. */
  readonly amount: number | string;
}

const EMPTY: readonly Line[] = [
  { account: '', amount: '' },
  { account: '', amount: '' },
];
const MOST_LINES = 20;
const LEAST_REASON = 3;

/** A correction: postings of now that add up to zero, with the reason that stands in the transaction. */
export function CorrectionForm() {
  const format = useFormat();
  const { post, renew } = useCorrection();
  const [lines, setLines] = useState(EMPTY);
  const [reason, setReason] = useState('');
  const t = text.periods;
  const minorOf = ({ amount }: Line): number => {
    const minor = Math.round(Number(amount) * 10 ** format.currencyDigits);
    return Number.isSafeInteger(minor) ? minor : 0;
  };
  const sumMinor = lines.reduce((sum, line) => sum + minorOf(line), 0);
  const isWhole = lines.every((line) => line.account.trim() !== '' && minorOf(line) !== 0);
  const change = (at: number, line: Line): void => {
    setLines(lines.map((each, index) => (index === at ? line : each)));
    renew();
  };
  return (
    <form
      className="space-y-4 rounded-lg border border-line p-4"
      data-testid="correction"
      onSubmit={(event) => {
        event.preventDefault();
        const postings = lines.map((line) => ({ account: line.account.trim(), amountMinor: minorOf(line) }));
        post.mutate(
          { reason: reason.trim(), postings },
          {
            onSuccess: () => {
              setLines(EMPTY);
              setReason('');
            },
          },
        );
      }}
    >
      <p className="text-ink-2">{t.correctHint}</p>
      {lines.map((line, at) => (
        <Group key={at} gap="xs" wrap="nowrap" align="end">
          <TextInput
            className="min-w-0 flex-1"
            label={t.accountNumber(at + 1)}
            placeholder="platform:commission"
            value={line.account}
            onChange={(event) => change(at, { ...line, account: event.currentTarget.value })}
          />
          <NumberInput
            w={150}
            label={t.amountIn(format.currency)}
            decimalScale={format.currencyDigits}
            hideControls
            value={line.amount}
            onChange={(amount) => change(at, { ...line, amount })}
          />
          <ActionIcon
            size={36}
            variant="default"
            aria-label={t.removeLine(at + 1)}
            disabled={lines.length === 2}
            onClick={() => {
              setLines(lines.filter((_, index) => index !== at));
              renew();
            }}
          >
            <Trash2 aria-hidden className="size-4" />
          </ActionIcon>
        </Group>
      ))}
      <Group justify="space-between">
        <Button
          variant="default"
          size="xs"
          disabled={lines.length === MOST_LINES}
          onClick={() => setLines([...lines, { account: '', amount: '' }])}
        >
          {t.addLine}
        </Button>
        <span
          className={sumMinor === 0 ? 'text-ink-2' : 'font-medium text-late'}
          data-testid="correction-sum"
        >
          {sumMinor === 0 ? t.balanced : t.missing(format.money(-sumMinor))}
        </span>
      </Group>
      <Textarea
        label={t.reason}
        maxLength={500}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          renew();
        }}
      />
      <Failure error={post.error} />
      {post.isSuccess && (
        <p role="status" className="text-ink-2">
          {t.posted}
        </p>
      )}
      <Button
        type="submit"
        loading={post.isPending}
        disabled={!isWhole || sumMinor !== 0 || reason.trim().length < LEAST_REASON}
      >
        {t.post}
      </Button>
    </form>
  );
}
