import type { BodyOf, Order, RouteOf, SupportCase } from '@halfhour/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newIdempotencyKey } from '../api/index.ts';
import { language, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { wordsFor } from '../ui/notice.tsx';
import { LARGE, Part, Word } from './parts.tsx';
import { Sheet } from './sheet.tsx';
import { useShop } from './shop-context.tsx';

type Problem = BodyOf<RouteOf<'openCase'>>;

const casesOf = (order: Order) => ['order-cases', order.marketId, order.id] as const;

/** What the shopper has told to be wrong with an order, what was answered, and a way to tell it. */
export function ProblemPart({ order }: { order: Order }) {
  const { market } = useShop();
  const [isOpen, setOpen] = useState(false);
  const cases = useQuery({
    queryKey: casesOf(order),
    queryFn: async ({ signal }) =>
      (await call('listOrderCases', { params: { marketId: market.id, orderId: order.id }, signal })).items,
  });
  const t = text.shop.problem;
  return (
    <Part title={t.title}>
      <div className="space-y-3">
        {cases.data?.map((each) => (
          <Told key={each.id} told={each} />
        ))}
        <Button className={LARGE} data-testid="tell-problem" onClick={() => setOpen(true)}>
          {t.tell}
        </Button>
      </div>
      {isOpen && <ProblemSheet order={order} onClose={() => setOpen(false)} />}
    </Part>
  );
}

function Told({ told }: { told: SupportCase }) {
  return (
    <div data-testid="problem" data-state={told.state} className="space-y-1 rounded-xl bg-surface-2 p-3">
      <p className="font-medium">{text.shop.problem.kinds[told.kind]}</p>
      <p className="text-ink-2">{told.text}</p>
      <p>{told.answer ?? text.shop.problem.waits}</p>
    </div>
  );
}

/** One sheet is one command: trying again sends the same key, as long as the same is told. */
function ProblemSheet({ order, onClose }: { order: Order; onClose: () => void }) {
  const { market } = useShop();
  const queries = useQueryClient();
  const [kind, setKind] = useState<Problem['kind']>('missing_item');
  const [lines, setLines] = useState<readonly number[]>([]);
  const [words, setWords] = useState('');
  const [sent, setSent] = useState({ body: '', key: '' });
  const t = text.shop.problem;
  const tell = useMutation({
    mutationFn: () => {
      const body: Problem = { kind, lines: [...lines], text: words.trim() };
      const told = JSON.stringify(body);
      const idempotencyKey = told === sent.body ? sent.key : newIdempotencyKey();
      setSent({ body: told, key: idempotencyKey });
      return call('openCase', { params: { marketId: market.id, orderId: order.id }, body, idempotencyKey });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: casesOf(order) });
      onClose();
    },
  });
  return (
    <Sheet
      title={t.title}
      onClose={onClose}
      foot={
        <Button
          look="primary"
          className={LARGE}
          data-testid="send-problem"
          disabled={tell.isPending || words.trim() === ''}
          onClick={() => tell.mutate()}
        >
          {t.send}
        </Button>
      }
    >
      <div className="space-y-4">
        <label className="block space-y-1">
          <span className="text-ink-2">{t.what}</span>
          <select
            name="problem"
            value={kind}
            onChange={(event) => setKind(event.target.value as Problem['kind'])}
            className="h-11 w-full rounded-md border border-line bg-surface px-3"
          >
            {Object.entries(t.kinds).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="space-y-1">
          <legend className="text-ink-2">{t.which}</legend>
          {order.lines.map(({ names, quantity }, line) => (
            <label key={line} className="flex min-h-11 items-center gap-3">
              <input
                type="checkbox"
                name={`line-${line}`}
                checked={lines.includes(line)}
                onChange={(event) =>
                  setLines(
                    event.target.checked
                      ? [...lines, line].sort((a, b) => a - b)
                      : lines.filter((each) => each !== line),
                  )
                }
                className="size-5"
              />
              {quantity} × {names[language] ?? names.en}
            </label>
          ))}
        </fieldset>
        <label className="block space-y-1">
          <span className="text-ink-2">{t.words}</span>
          <textarea
            name="words"
            rows={3}
            maxLength={2_000}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            className="w-full rounded-md border border-line bg-surface p-3"
          />
        </label>
        {tell.isError && (
          <Word tone="bad" title={wordsFor(tell.error).title} hint={wordsFor(tell.error).detail} />
        )}
      </div>
    </Sheet>
  );
}
