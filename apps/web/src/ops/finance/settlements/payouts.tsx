import { Button, Group, Modal, Table, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { text } from '../../../text/index.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Tag, type Tone } from '../../../ui/tag.tsx';
import { useFormat } from '../../../ui/market-format.tsx';
import { ConfirmButton } from '../../../ui/work/confirm-button.tsx';
import { Failure } from '../../../ui/work/failure.tsx';
import { FetchedPages } from '../../../ui/work/fetched.tsx';
import { AmountCell, AmountHead, MoneyTable } from '../../../ui/work/money-table.tsx';
import { type Payout, useOutcome, useRunPayouts } from './use-settlements.ts';

const TONES: Readonly<Record<Payout['state'], Tone>> = {
  due: 'plain',
  sent: 'watch',
  paid: 'good',
  failed: 'bad',
};

/** What became of the payouts of a run. */
export function Payouts({ runId }: { runId: string }) {
  const format = useFormat();
  const outcome = useOutcome();
  const { query, items } = useRunPayouts(runId);
  const t = text.settlements;
  return (
    <FetchedPages query={query} items={items}>
      {(payouts) =>
        payouts.length === 0 ? (
          <Notice icon="empty" title={t.noPayouts} hint={t.noPayoutsHint} />
        ) : (
          <MoneyTable label={t.payouts} minWidth={820} data-testid="payouts">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.payee}</Table.Th>
                <Table.Th scope="col">{t.account}</Table.Th>
                <AmountHead>{t.payoutIn(format.currency)}</AmountHead>
                <Table.Th scope="col">{t.state}</Table.Th>
                <Table.Th scope="col">{t.settled}</Table.Th>
                <Table.Th scope="col">{t.outcome}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {payouts.map((payout) => (
                <Table.Tr key={payout.id} data-id={payout.id} data-state={payout.state}>
                  <Table.Td className="whitespace-nowrap">{payout.payeeName}</Table.Td>
                  <Table.Td>
                    {payout.to.holder}{' '}
                    <span className="font-mono text-xs text-ink-2">{payout.to.account}</span>
                  </Table.Td>
                  <AmountCell fw={600} minor={payout.amountMinor} />
                  <Table.Td>
                    <Tag tone={TONES[payout.state]}>{t.payoutStates[payout.state]}</Tag>
                  </Table.Td>
                  <Table.Td className="whitespace-nowrap">
                    {payout.settledAt === undefined ? '–' : format.dateTime(payout.settledAt)}
                  </Table.Td>
                  <Table.Td>
                    {payout.state === 'sent' || payout.state === 'due' ? (
                      <Group gap="xs" wrap="nowrap">
                        <ConfirmButton
                          label={t.paid}
                          question={t.paidQuestion(format.money(payout.amountMinor))}
                          explanation={t.paidHint}
                          command={() => outcome(payout, { outcome: 'paid' })}
                        />
                        <FailedButton payout={payout} />
                      </Group>
                    ) : (
                      payout.failure
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </MoneyTable>
        )
      }
    </FetchedPages>
  );
}

/** The bank sent it back: why is asked. */
function FailedButton({ payout }: { payout: Payout }) {
  const [asked, setAsked] = useState(false);
  const [reason, setReason] = useState('');
  const outcome = useOutcome();
  const send = useMutation({
    mutationFn: () => outcome(payout, { outcome: 'failed', reason: reason.trim() }),
    onSuccess: () => setAsked(false),
  });
  const t = text.settlements;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsked(true)}>
        {t.failed}
      </Button>
      <Modal
        opened={asked}
        onClose={() => setAsked(false)}
        title={<strong className="text-lg font-semibold">{t.failedQuestion}</strong>}
        closeButtonProps={{ 'aria-label': text.close }}
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <p className="text-ink-2">{t.failedHint}</p>
          <Textarea
            required
            data-autofocus
            label={t.reason}
            maxLength={300}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Failure error={send.error} />
          <Group justify="flex-end">
            <Button type="submit" color="red" loading={send.isPending} disabled={reason.trim() === ''}>
              {t.failed}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}
