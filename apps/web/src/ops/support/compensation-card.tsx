import type { Compensation } from '@halfhour/contract';
import type { UserId } from '@halfhour/kernel';
import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { text } from '../../text/index.ts';
import { type Tone, Tag } from '../../ui/tag.tsx';
import { useFormat, useMarket } from '../../ui/market-format.tsx';
import { shortCode } from '../../ui/short-code.ts';
import { ConfirmButton } from '../../ui/work/confirm-button.tsx';
import { Failure } from '../../ui/work/failure.tsx';
import { supportPaths } from './paths.ts';
import { useDecide } from './use-support.ts';

const TONES: Readonly<Record<Compensation['state'], Tone>> = {
  proposed: 'watch',
  given: 'good',
  rejected: 'plain',
  expired: 'plain',
};

/** What is given for an order, or proposed; a proposal with what the reader may do about it. */
export function CompensationCard(props: { compensation: Compensation; userId: UserId; withOrder?: boolean }) {
  const { compensation, userId, withOrder = false } = props;
  const market = useMarket();
  const format = useFormat();
  const t = text.support;
  const { orderId, kind, amountMinor, reason, note, state, needs, proposedBy, expiresAt } = compensation;
  return (
    <article
      data-testid="compensation"
      data-state={state}
      className="space-y-2 rounded-lg border border-line p-4"
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <strong className="font-semibold tabular-nums">{format.money(amountMinor)}</strong>
        <span>{t.kinds[kind]}</span>
        <Tag tone={TONES[state]}>{t.states[state]}</Tag>
        {withOrder && (
          <Link href={supportPaths(market.slug).order(orderId)} className="text-accent hover:underline">
            {text.order.title(shortCode(orderId))}
          </Link>
        )}
        <span className="ml-auto text-ink-2">{format.dateTime(compensation.proposedAt)}</span>
      </p>
      <p className="text-ink-2">
        {t.complaints[reason]} · {proposedBy === userId ? t.byYou : t.bySomebody}
      </p>
      {note !== undefined && <p>{note}</p>}
      {state === 'proposed' && (
        <>
          <p className="text-ink-2">
            {t.needsSecond(needs.map((need) => t.needs[need as keyof typeof t.needs] ?? need).join(', '))}
            {expiresAt !== undefined && ` ${t.until(format.dateTime(expiresAt))}`}
          </p>
          <Decision compensation={compensation} isOwn={proposedBy === userId} />
        </>
      )}
    </article>
  );
}

function Decision({ compensation, isOwn }: { compensation: Compensation; isOwn: boolean }) {
  const format = useFormat();
  const decide = useDecide(compensation.id);
  const [note, setNote] = useState('');
  const t = text.support;
  const amount = format.money(compensation.amountMinor);
  return (
    <div className="space-y-2">
      <Group align="end" gap="xs">
        {!isOwn && (
          <ConfirmButton
            label={t.approve}
            question={t.approveQuestion(amount)}
            explanation={t.approveExplain}
            danger={false}
            command={() => decide.mutateAsync({ approve: true })}
            testId="approve"
          />
        )}
        <TextInput
          aria-label={t.rejectWhy}
          placeholder={t.rejectWhy}
          value={note}
          w={280}
          maxLength={2_000}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button
          variant="default"
          disabled={note.trim() === ''}
          loading={decide.isPending}
          onClick={() => decide.mutate({ approve: false, note: note.trim() })}
        >
          {isOwn ? t.takeBack : t.reject}
        </Button>
      </Group>
      <Failure error={decide.error} />
    </div>
  );
}
