import type { PaymentException } from '@halfhour/contract';
import { Button, Drawer, Group, Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../../text/index.ts';
import { Tag } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { Fact, Facts } from '../../../ui/work/fact.tsx';
import { Failure } from '../../../ui/work/failure.tsx';
import { Fetched } from '../../../ui/work/fetched.tsx';
import { OrderLink } from '../order-link.tsx';
import { type Resolution, useException, useRecheck, useResolve } from './use-exceptions.ts';

const RESOLUTIONS: readonly Resolution[] = ['ask_again', 'paid_otherwise', 'written_off', 'explained'];
/** Kinds that are a difference between two lists; they can be compared again. */
const COMPARED = new Set<PaymentException['kind']>([
  'missing_here',
  'missing_there',
  'amount_differs',
  'state_differs',
  'duplicate',
]);
const LEAST_REASON = 3;

/** One exception beside the list: what both sides say, and how it is ended. */
export function ExceptionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const t = text.reconciliation;
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={<strong className="text-lg font-semibold">{t.one}</strong>}
      closeButtonProps={{ 'aria-label': text.close }}
    >
      {id !== undefined && <Content key={id} id={id} />}
    </Drawer>
  );
}

function Content({ id }: { id: string }) {
  const exception = useException(id);
  return <Fetched query={exception}>{(found) => <Details exception={found} />}</Fetched>;
}

function Details({ exception }: { exception: PaymentException }) {
  const format = useFormat();
  const recheck = useRecheck(exception.id);
  const t = text.reconciliation;
  const { kind, state, oursMinor, theirsMinor } = exception;
  const money = (minor: number | undefined): string =>
    minor === undefined ? t.nothing : format.money(minor);
  return (
    <Stack gap="lg" data-testid="exception">
      <div className="space-y-1">
        <p className="flex items-center gap-2 text-base font-semibold">
          {t.kind[kind].title}
          <Tag tone={state === 'open' ? 'watch' : 'good'}>{t.states[state]}</Tag>
        </p>
        <p className="text-ink-2">{t.kind[kind].meaning}</p>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Side name={t.ours} value={money(oursMinor)} />
        <Side name={t.theirs} value={money(theirsMinor)} />
      </div>
      <Facts>
        {exception.orderId !== undefined && (
          <Fact name={t.order}>
            <OrderLink id={exception.orderId} />
          </Fact>
        )}
        <Fact name={t.provider}>{exception.provider}</Fact>
        <Fact name={t.found}>{format.dateTime(exception.foundAt)}</Fact>
        <Fact name={t.seen}>{format.dateTime(exception.seenAt)}</Fact>
      </Facts>
      <p className="rounded-md bg-surface-2 p-3">{exception.detail}</p>
      {state === 'open' ? (
        <>
          {COMPARED.has(kind) && exception.orderId !== undefined && (
            <Group justify="space-between" wrap="nowrap">
              <span className="text-ink-2">{t.recheckHint}</span>
              <Button
                variant="default"
                className="shrink-0"
                loading={recheck.isPending}
                onClick={() => recheck.mutate()}
              >
                {t.recheck}
              </Button>
            </Group>
          )}
          <Failure error={recheck.error} />
          <ResolveForm exception={exception} />
        </>
      ) : (
        <Resolved exception={exception} />
      )}
    </Stack>
  );
}

function Side({ name, value }: { name: string; value: string }) {
  return (
    <div className="rounded-lg border border-line p-3">
      <p className="text-xs text-ink-2">{name}</p>
      <p className="text-lg font-semibold tabular-nums">{value}</p>
    </div>
  );
}

function ResolveForm({ exception }: { exception: PaymentException }) {
  const choices = RESOLUTIONS.filter((one) => exception.allowed.includes(one));
  const [resolution, setResolution] = useState(choices.length === 1 ? choices[0] : undefined);
  const [reason, setReason] = useState('');
  const resolve = useResolve(exception.id);
  const t = text.reconciliation;
  const given = reason.trim();
  return (
    <form
      className="space-y-4 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (resolution !== undefined) resolve.mutate({ resolution, reason: given });
      }}
    >
      <Radio.Group
        label={t.resolveBy}
        value={resolution ?? null}
        onChange={(value) => setResolution(choices.find((one) => one === value))}
      >
        <Stack gap="xs" mt="xs">
          {choices.map((one) => (
            <Radio
              key={one}
              value={one}
              label={t.resolution[one].title}
              description={t.resolution[one].effect}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        label={t.reason}
        description={t.reasonHint}
        required
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Failure error={resolve.error} />
      <Button
        type="submit"
        loading={resolve.isPending}
        disabled={resolution === undefined || given.length < LEAST_REASON}
      >
        {t.resolve}
      </Button>
    </form>
  );
}

function Resolved({ exception }: { exception: PaymentException }) {
  const format = useFormat();
  const t = text.reconciliation;
  const { resolution, reason, resolvedAt, resolvedBy } = exception;
  const words: Readonly<Record<string, { title: string }>> = t.resolution;
  return (
    <div className="space-y-3 border-t border-line pt-4" data-testid="resolved">
      <Facts>
        <Fact name={t.resolvedBy}>{words[resolution ?? '']?.title ?? resolution}</Fact>
        {resolvedAt !== undefined && <Fact name={t.resolvedAt}>{format.dateTime(resolvedAt)}</Fact>}
        <Fact name={t.by}>{resolvedBy === 'system' ? text.role.system : resolvedBy}</Fact>
      </Facts>
      {reason !== undefined && <p>{reason}</p>}
    </div>
  );
}
