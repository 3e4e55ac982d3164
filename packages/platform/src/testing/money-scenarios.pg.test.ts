import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PostedTransaction } from '../ledger/index.ts';
import {
  type Deed,
  type MoneyWorld,
  type Party,
  type Situation as Order,
  type Stage,
  createMoneyMarket,
} from './money-world.ts';
import { createTeller } from './tell-postings.ts';
import { createTestDatabase } from './test-database.ts';

const GOLDEN = new URL('money-scenarios.md', import.meta.url);
const db = await createTestDatabase();

const PARTIES: readonly Party[] = ['shopper', 'merchant', 'operator', 'support', 'system'];
const METHODS = {
  test_approve: 'card, approved at once',
  test_late: 'card, approved 20 s later',
  cash: 'cash',
  wallet: 'wallet',
} as const;
type Method = keyof typeof METHODS | 'test_decline';
const DECLINED = 'card, declined';

const DEEDS: Readonly<Record<Deed, string>> = {
  cancel: 'cancels',
  refund_dish: 'refunds one of two dishes',
  refund_rest: 'refunds all that is left',
  goodwill: 'gives goodwill of 3.00',
};
const AFTER: readonly Deed[] = ['cancel', 'refund_dish', 'refund_rest', 'goodwill'];
const BEFORE: readonly Deed[] = ['cancel', 'refund_rest'];

interface Situation extends Order {
  readonly method: Method;
}

const SITUATIONS: readonly Situation[] = [
  ...(['test_late', 'test_decline'] as const).map((method) => ({
    stage: 'pending_payment' as const,
    method,
    isPaidOut: false,
  })),
  ...(['placed', 'accepted', 'ready', 'picked_up', 'cancelled'] as const).flatMap((stage) =>
    methods().map((method) => ({ stage, method, isPaidOut: false })),
  ),
  ...(['delivered', 'partly_refunded', 'refunded'] as const).flatMap((stage) =>
    methods().flatMap((method) => [false, true].map((isPaidOut) => ({ stage, method, isPaidOut }))),
  ),
];

function methods(): (keyof typeof METHODS)[] {
  return Object.keys(METHODS) as (keyof typeof METHODS)[];
}

/** Markets in which situations are acted out side by side. */
const MARKETS = 4;

test('who cancels or refunds when, and what is posted, is as the table says, which a person can check by hand', async () => {
  const told: string[][] = [];
  const waiting = SITUATIONS.entries();
  await Promise.all(
    Array.from({ length: MARKETS }, async () => {
      const open = await createMoneyMarket(db);
      for (const [index, situation] of waiting) told[index] = await actOut(situation, open);
    }),
  );
  const text = `${told.flat().join('\n')}\n`;
  if (process.env['HALFHOUR_TEST_WRITE_EXAMPLES'] === 'yes') writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, 'utf8'));
});

async function actOut(
  situation: Situation,
  open: Awaited<ReturnType<typeof createMoneyMarket>>,
): Promise<string[]> {
  const title = titleOf(situation);
  const lines: string[] = [`## ${title}`, ''];
  const refused: string[] = [];
  let world = await open(situation);
  for (const deed of situation.stage === 'delivered' ||
  situation.stage === 'partly_refunded' ||
  situation.stage === 'refunded'
    ? AFTER
    : BEFORE) {
    for (const by of PARTIES) {
      if (deed === 'goodwill' && by !== 'support' && by !== 'operator') continue;
      const before = await world.posted();
      const outcome = await world.act(deed, by);
      const sentence = `The ${by} ${DEEDS[deed]}`;
      if (!outcome.ok) {
        assert.deepEqual(await world.posted(), before, `${title}: ${sentence} is refused and posts`);
        refused.push(
          `- ${sentence}: refused, \`${outcome.error.code}\`. ${outcome.error.detail ?? ''}`.trimEnd(),
        );
        continue;
      }
      await world.settle();
      lines.push(`### ${sentence}`, '', ...(await tell(world, before.length)), '');
      world = await open(situation);
    }
  }
  return refused.length === 0 ? lines : [...lines, ...refused, ''];
}

function titleOf({ stage, method, isPaidOut }: Situation): string {
  const how = method === 'test_decline' ? DECLINED : METHODS[method];
  return `${stage}; ${how}${isPaidOut ? '; merchant and courier were paid out' : ''}`;
}

async function tell(world: MoneyWorld, from: number): Promise<string[]> {
  const posted = await world.posted();
  const { order, payment } = await world.outcome();
  const balances = sumsOf(posted);
  const teller = createTeller(world.names);
  const all = posted.flatMap((each) => teller.transaction(each));
  void from;
  return [
    `The order is ${order}, its payment ${payment ?? 'never asked for'}.`,
    '',
    '```text',
    ...(posted.length === 0 ? ['nothing is posted'] : [...all, 'left', ...teller.balances(balances)]),
    '```',
  ];
}

function sumsOf(posted: readonly PostedTransaction[]): Map<string, number> {
  const balances = new Map<string, number>();
  for (const { kind, postings } of posted) {
    assert.equal(
      postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      0,
      `${kind} balances`,
    );
    for (const { account, amountMinor } of postings) {
      balances.set(account, (balances.get(account) ?? 0) + amountMinor);
    }
  }
  return balances;
}
