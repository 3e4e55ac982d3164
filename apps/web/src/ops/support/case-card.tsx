import type { SupportCase } from '@halfhour/contract';
import { Button, Group, Radio, Textarea } from '@mantine/core';
import { useState } from 'react';
import { language, text } from '../../text/index.ts';
import { Tag } from '../../ui/tag.tsx';
import { Failure } from '../../ui/work/failure.tsx';
import { useFormat } from '../../ui/market-format.tsx';
import { type CaseAnswer, type OrderSupport, useCloseCase } from './use-support.ts';

const OUTCOMES: readonly CaseAnswer['outcome'][] = ['answered', 'compensated', 'declined'];

/** What a shopper complains of, and the answer, or a form for it. */
export function CaseCard({ found, order }: { found: SupportCase; order: OrderSupport['order'] }) {
  const format = useFormat();
  const t = text.support;
  const lines = found.lines.flatMap((line) => order.lines[line] ?? []);
  return (
    <article
      data-testid="case"
      data-state={found.state}
      className="space-y-3 rounded-lg border border-line p-4"
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <strong className="font-semibold">{t.complaints[found.kind]}</strong>
        <Tag tone={found.state === 'open' ? 'watch' : 'plain'}>
          {found.outcome === undefined ? t.isOpen : t.outcomes[found.outcome]}
        </Tag>
        <span className="ml-auto text-ink-2">{format.dateTime(found.openedAt)}</span>
      </p>
      {lines.length > 0 && (
        <p className="text-ink-2">
          {t.about(
            lines.map(({ quantity, names }) => `${quantity} × ${names[language] ?? names.en}`).join(', '),
          )}
        </p>
      )}
      <blockquote className="border-l-2 border-line pl-3">{found.text}</blockquote>
      {found.answer !== undefined && <p>{t.answered(found.answer)}</p>}
      {found.state === 'open' && <AnswerForm found={found} />}
    </article>
  );
}

function AnswerForm({ found }: { found: SupportCase }) {
  const [outcome, setOutcome] = useState<CaseAnswer['outcome']>('answered');
  const [answer, setAnswer] = useState('');
  const close = useCloseCase(found.id);
  const t = text.support;
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        close.mutate({ outcome, answer: answer.trim() });
      }}
    >
      <Textarea
        label={t.answer}
        description={t.answerHint}
        value={answer}
        maxLength={2_000}
        autosize
        minRows={2}
        required
        onChange={(event) => setAnswer(event.target.value)}
      />
      <Radio.Group
        label={t.outcome}
        value={outcome}
        onChange={(value) => setOutcome(OUTCOMES.find((each) => each === value) ?? 'answered')}
      >
        <Group gap="md" mt={4}>
          {OUTCOMES.map((each) => (
            <Radio key={each} value={each} label={t.outcomes[each]} />
          ))}
        </Group>
      </Radio.Group>
      <Failure error={close.error} />
      <Button type="submit" loading={close.isPending} disabled={answer.trim() === ''}>
        {t.close}
      </Button>
    </form>
  );
}
