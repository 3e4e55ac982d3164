import type { BasketLine, PricedLine } from '@halfhour/contract';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { type Basket, MAX_QUANTITY, setQuantity, setSubstitutions } from './basket.ts';
import type { LineProblem } from './basket-problem.ts';
import { Stepper } from './parts.tsx';
import { nameIn, useShop } from './shop-context.tsx';

const SUBSTITUTIONS = ['ask', 'allow', 'never'] as const;

/** What is about to be ordered, with how many, and what the store may do where it does not have it. */
export function BasketLines({
  basket,
  priced,
  problems,
  onChange,
}: {
  basket: Basket;
  /** As quoted; the prices that were shown until there is a quote. */
  priced: readonly PricedLine[] | undefined;
  problems: readonly LineProblem[];
  onChange: (next: Basket) => void;
}) {
  const { format } = useShop();
  const isQuoted = priced?.length === basket.lines.length;
  return (
    <ul className="-my-2 divide-y divide-line">
      {basket.lines.map((line, index) => {
        const name = nameIn(line.names);
        const problem = problems.find((each) => each.line === index);
        const total = isQuoted ? priced[index]!.totalMinor : line.unitPriceMinor * line.quantity;
        return (
          <li
            key={`${line.offerId} ${line.options.map(({ optionId }) => optionId).join(' ')}`}
            data-testid="basket-line"
            data-offer={line.offerId}
            className="space-y-2 py-3"
          >
            <div className="flex items-start gap-3">
              <div className="min-w-0 flex-1">
                <p className="text-base font-medium">{name}</p>
                {line.optionNames.length > 0 && (
                  <p className="text-ink-2">{line.optionNames.map(nameIn).join(', ')}</p>
                )}
                <p className="tabular-nums">{format.money(total)}</p>
              </div>
              <Stepper
                value={line.quantity}
                least={0}
                most={MAX_QUANTITY}
                label={name}
                onChange={(quantity) => onChange(setQuantity(basket, index, quantity))}
              />
            </div>
            {problem !== undefined && (
              <div
                role="alert"
                data-testid="line-problem"
                className="flex flex-wrap items-center justify-between gap-2 rounded-xl bg-late-soft p-3 text-late"
              >
                <span className="font-medium">
                  {problem.available > 0 ? text.shop.onlyLeft(problem.available) : text.shop.lineSoldOut}
                </span>
                <Button onClick={() => onChange(setQuantity(basket, index, problem.available))}>
                  {problem.available > 0 ? text.shop.lowerTo(problem.available) : text.shop.remove}
                </Button>
              </div>
            )}
            <label className="flex items-center gap-2 text-sm text-ink-2">
              <span className="shrink-0">{text.shop.ifMissing}</span>
              <select
                className="h-9 min-w-0 flex-1 rounded-lg border border-line bg-surface px-2 text-ink"
                value={line.substitutions ?? 'ask'}
                onChange={({ target: { value } }) =>
                  onChange(setSubstitutions(basket, index, value as NonNullable<BasketLine['substitutions']>))
                }
              >
                {SUBSTITUTIONS.map((kind) => (
                  <option key={kind} value={kind}>
                    {text.shop.substitutions[kind]}
                  </option>
                ))}
              </select>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
