import type { Order } from '@halfhour/contract';
import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { shortCode } from '../../ui/short-code.ts';
import { text } from '../../text/index.ts';
import { Button as DangerButton } from '../../ui/button.tsx';
import { CommandFailure } from './command-failure.tsx';
import { useOrderCommand } from './use-order-command.ts';

const REASONS = ['soldOut', 'tooBusy', 'closing', 'other'] as const;
type Reason = (typeof REASONS)[number];

/** Asks why before an order is cancelled; the reason stands in its history. */
export function CancelOrder({ orderId }: { orderId: Order['id'] }) {
  const [asked, setAsked] = useState(false);
  const [reason, setReason] = useState<Reason | undefined>();
  const [note, setNote] = useState('');
  const command = useOrderCommand(orderId, () => setAsked(false));
  const t = text.merchant.orders.cancel;
  const written = note.trim();
  const enough = reason !== undefined && (reason !== 'other' || written !== '');
  return (
    <>
      <Button variant="default" c="var(--late)" data-testid="cancel" onClick={() => setAsked(true)}>
        {t.button}
      </Button>
      <Modal
        opened={asked}
        onClose={() => setAsked(false)}
        title={
          <strong className="text-lg font-semibold">{text.order.cancelTitle(shortCode(orderId))}</strong>
        }
        closeButtonProps={{ 'aria-label': text.close }}
      >
        <div className="space-y-4">
          <p className="text-ink-2">{t.explain}</p>
          <Radio.Group
            label={t.why}
            value={reason ?? null}
            onChange={(value) => setReason(REASONS.find((one) => one === value))}
          >
            <Stack gap="xs" mt="xs">
              {REASONS.map((one) => (
                <Radio key={one} value={one} label={t.reasons[one]} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={reason === 'other' ? t.noteNeeded : t.note}
            maxLength={400}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <CommandFailure error={command.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsked(false)}>
              {text.order.keep}
            </Button>
            <DangerButton
              look="danger"
              disabled={!enough || command.isPending}
              data-testid="cancel-confirm"
              onClick={() =>
                command.mutate({
                  name: 'cancelOrder',
                  body: {
                    note: [reason === 'other' || reason === undefined ? '' : t.reasons[reason], written]
                      .filter(Boolean)
                      .join(' – '),
                  },
                })
              }
            >
              {text.order.cancelConfirm}
            </DangerButton>
          </Group>
        </div>
      </Modal>
    </>
  );
}
