import { Button, Group, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { text } from '../../text/index.ts';
import { Failure } from './failure.tsx';

/** A command that cannot be undone, asked once more before it is sent; a refusal is said in the same place. */
export function ConfirmButton(props: {
  /** Of the button, here and in the question. */
  label: string;
  question: string;
  explanation: ReactNode;
  command: () => Promise<unknown>;
  /** Whether it takes something away. */
  danger?: boolean;
  /** Whether something is missing before it can be asked. */
  disabled?: boolean;
  testId?: string;
}) {
  const { label, question, explanation, command, danger = true, disabled = false, testId } = props;
  const [asked, setAsked] = useState(false);
  const send = useMutation({ mutationFn: command, onSuccess: () => setAsked(false) });
  const close = (): void => {
    setAsked(false);
    send.reset();
  };
  return (
    <>
      <Button
        variant={danger ? 'default' : 'filled'}
        size={danger ? 'xs' : 'sm'}
        data-testid={testId}
        disabled={disabled}
        onClick={() => setAsked(true)}
      >
        {label}
      </Button>
      <Modal
        opened={asked}
        onClose={close}
        // What is asked may be gone with the answer: it is not shown fading away.
        transitionProps={{ duration: 0 }}
        title={<strong className="text-lg font-semibold">{question}</strong>}
        closeButtonProps={{ 'aria-label': text.close }}
      >
        <div className="space-y-4">
          <div className="text-ink-2">{explanation}</div>
          <Failure error={send.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {text.finance.notNow}
            </Button>
            <Button
              {...(danger && { color: 'red' })}
              loading={send.isPending}
              onClick={() => send.mutate()}
              data-testid={testId === undefined ? undefined : `${testId}-confirm`}
              data-autofocus
            >
              {label}
            </Button>
          </Group>
        </div>
      </Modal>
    </>
  );
}
