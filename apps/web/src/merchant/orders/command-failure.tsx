import { text } from '../../text/index.ts';
import { wordsFor } from '../../ui/notice.tsx';
import { stateFound } from './use-order-command.ts';

/** Why a command was refused: plainly what has become of the order meanwhile, where it is that. */
export function CommandFailure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { title, hint, detail } = wordsFor(error);
  const state = stateFound(error);
  const meanwhile = text.merchant.orders.meanwhile as Record<string, string>;
  const said = state === undefined ? undefined : meanwhile[state];
  return (
    <p role="alert" data-testid="command-failure" className="rounded-md bg-late-soft p-3 text-late">
      <strong className="block font-medium">{said ?? title}</strong>
      {said === undefined ? (detail ?? hint) : text.merchant.orders.meanwhileHint}
    </p>
  );
}
