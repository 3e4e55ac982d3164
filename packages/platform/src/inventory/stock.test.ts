import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createIdSource, epochMs } from '@halfhour/kernel';
import { grantInTurn, stockName } from './stock.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 2);
const storeId = ids.next('sto');
const articles = Array.from({ length: 4 }, () => ids.next('art'));

const demand = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 5 })), {
  minLength: 1,
  maxLength: 4,
});

test('nothing is oversold, and a demand is refused only when its own lines could not be had at its turn', () => {
  fc.assert(
    fc.property(
      fc.array(demand, { maxLength: 40 }),
      fc.array(fc.nat({ max: 20 }), { minLength: 3, maxLength: 3 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      (raw, levels, confirmed) => {
        // The fourth article is not counted.
        const available = new Map(
          levels.map((level, index) => [stockName({ storeId, articleId: articles[index]! }), level]),
        );
        const demands = raw.map((lines) =>
          lines.map(([article, quantity]) => ({ storeId, articleId: articles[article]!, quantity })),
        );
        const asked: number[] = [];
        const { shortages, granted } = grantInTurn(demands, available, (index) => {
          asked.push(index);
          return confirmed[index]!;
        });
        const left = new Map(available);
        demands.forEach((lines, index) => {
          const wanted = new Map<string, number>();
          for (const line of lines)
            wanted.set(stockName(line), (wanted.get(stockName(line)) ?? 0) + line.quantity);
          const met = [...wanted].every(([name, quantity]) => !left.has(name) || left.get(name)! >= quantity);
          assert.equal(shortages[index]!.length === 0, met);
          assert.equal(asked.includes(index), met, 'only what could be met is confirmed');
          if (met && confirmed[index])
            for (const [name, quantity] of wanted)
              if (left.has(name)) left.set(name, left.get(name)! - quantity);
        });
        for (const [name, level] of available) {
          const taken = granted.find((line) => stockName(line) === name)?.quantity ?? 0;
          assert.equal(taken, level - left.get(name)!);
          assert.ok(taken <= level);
        }
      },
    ),
  );
});
