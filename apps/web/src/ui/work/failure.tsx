import { wordsFor } from '../notice.tsx';

/** Why a command was refused, beside the button that sent it. */
export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { title, hint, detail } = wordsFor(error);
  return (
    <p role="alert" className="rounded-md bg-late-soft p-3 text-late">
      <strong className="block font-medium">{title}</strong>
      {detail ?? hint}
    </p>
  );
}
