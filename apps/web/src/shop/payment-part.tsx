import { text } from '../text/index.ts';
import { Part } from './parts.tsx';
import type { PaymentChoice } from './use-payment.ts';

/** How it is paid for. */
export function PaymentPart({
  choices,
  chosen,
  onChoose,
}: {
  choices: readonly PaymentChoice[] | undefined;
  chosen: string | undefined;
  onChoose: (id: string) => void;
}) {
  return (
    <Part title={text.shop.payment}>
      {choices?.length === 0 && <p className="text-ink-2">{text.shop.pay.none}</p>}
      <div
        role="radiogroup"
        aria-label={text.shop.payment}
        className="divide-y divide-line rounded-xl border border-line"
      >
        {choices?.map(({ id, name, hint, refused }) => (
          <label
            key={id}
            className="flex min-h-14 items-center gap-3 px-4 py-2 has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-(--focus)"
          >
            <input
              type="radio"
              name="pay"
              value={id}
              checked={id === chosen}
              disabled={refused !== undefined}
              onChange={() => onChoose(id)}
              className="size-5 accent-accent"
            />
            <span>
              <span className="block font-medium">{name}</span>
              <span className="block text-sm text-ink-2">{refused ?? hint}</span>
            </span>
          </label>
        ))}
      </div>
    </Part>
  );
}
