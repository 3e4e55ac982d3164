import type { Quote } from '@halfhour/contract';
import { Link } from 'wouter';
import { ProblemError } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { Word } from './parts.tsx';
import { useShop } from './shop-context.tsx';

type Told = keyof typeof text.shop.refusals;

/** Why an order is not taken as it is, in the reader's language, and what to do about it. */
export function RefusalWord({
  error,
  storeId,
  moved,
  onWithoutSlot,
}: {
  error: unknown;
  storeId: string;
  /** What was seen and what it is now, where price or time have changed. */
  moved: { readonly before: Quote; readonly now: Quote } | undefined;
  onWithoutSlot?: () => void;
}) {
  const { path, format } = useShop();
  const problem = error instanceof ProblemError ? error.problem : undefined;
  const code = problem?.code;
  const window = ({ promise }: Quote): string =>
    text.shop.between(format.time(promise.earliest), format.time(promise.latest));
  if (code === 'price_changed' && moved !== undefined) {
    return (
      <Word
        tone="watch"
        testId="refusal"
        title={text.shop.refusals.price_changed[0]}
        hint={text.shop.priceMoved(format.money(moved.before.totalMinor), format.money(moved.now.totalMinor))}
      />
    );
  }
  if (code === 'promise_changed' && moved !== undefined) {
    return (
      <Word
        tone="watch"
        testId="refusal"
        title={text.shop.refusals.promise_changed[0]}
        hint={text.shop.promiseMoved(window(moved.before), window(moved.now))}
      />
    );
  }
  const isTold = code !== undefined && Object.hasOwn(text.shop.refusals, code);
  const said = wordsFor(error);
  const [title, hint] = isTold ? text.shop.refusals[code as Told] : [said.title, said.hint];
  const minimum = problem?.['minimumMinor'];
  return (
    <Word
      tone="bad"
      testId="refusal"
      title={title}
      hint={
        code === 'below_minimum' && typeof minimum === 'number'
          ? text.shop.belowMinimum(format.money(minimum))
          : hint
      }
    >
      {code === 'below_minimum' && (
        <Link href={path(`/stores/${storeId}`)} className="font-medium underline">
          {text.shop.addMore}
        </Link>
      )}
      {(code === 'store_closed' || code === 'delivery_paused' || code === 'outside_zone') && (
        <Link href={path()} className="font-medium underline">
          {text.shop.otherStores}
        </Link>
      )}
      {(code === 'slot_closed' || code === 'slot_full') && onWithoutSlot !== undefined && (
        <Button onClick={onWithoutSlot}>{text.shop.withoutSlot}</Button>
      )}
    </Word>
  );
}
