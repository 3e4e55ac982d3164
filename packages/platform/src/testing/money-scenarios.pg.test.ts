import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PostedTransaction } from '../ledger/index.ts';
import {
  type Deed,
  type MoneyWorld,
  type OpenWorld,
  type Party,
  type Situation,
  type Stage,
  createMoneyMarket,
} from './money-world.ts';
import { type Teller, createTeller } from './tell-postings.ts';
import { createTestDatabase } from './test-database.ts';

const GOLDEN = new URL('money-scenarios.md', import.meta.url);
const db = await createTestDatabase();

const PARTIES: Readonly<Record<Party, string>> = {
  shopper: 'the shopper',
  merchant: 'the merchant',
  operator: 'the operator',
  support: 'support',
  system: 'the system',
};
const EVERYONE = Object.keys(PARTIES) as Party[];

const DEEDS: Readonly<Record<Deed, { readonly words: string; readonly by: readonly Party[] }>> = {
  cancel: { words: 'cancel the order', by: EVERYONE },
  refund_dish: { words: 'refund one of two dishes', by: EVERYONE },
  refund_rest: { words: 'refund all that is left', by: EVERYONE },
  goodwill: { words: 'goodwill of 3.00 into the wallet', by: ['operator', 'support'] },
  pay_out: { words: 'pay out merchant and courier', by: ['operator'] },
};

const STAGES: Readonly<Record<Stage, { readonly words: string; readonly deeds: readonly Deed[] }>> = {
  pending_payment: { words: 'waits for its payment', deeds: ['cancel', 'refund_rest'] },
  placed: { words: 'is placed', deeds: ['cancel', 'refund_rest'] },
  accepted: { words: 'is accepted', deeds: ['cancel', 'refund_rest'] },
  ready: { words: 'is ready', deeds: ['cancel', 'refund_rest'] },
  picked_up: { words: 'is picked up', deeds: ['cancel', 'refund_rest', 'goodwill'] },
  cancelled: { words: 'is cancelled', deeds: ['cancel', 'refund_rest', 'goodwill'] },
  delivered: {
    words: 'is delivered',
    deeds: ['cancel', 'refund_dish', 'refund_rest', 'goodwill', 'pay_out'],
  },
  partly_refunded: {
    words: 'is delivered and one of two dishes is refunded',
    deeds: ['cancel', 'refund_dish', 'refund_rest', 'goodwill', 'pay_out'],
  },
  refunded: { words: 'is refunded whole', deeds: ['cancel', 'refund_rest', 'goodwill', 'pay_out'] },
};

const METHODS = {
  test_approve: 'by card, approved at once',
  test_late: 'by card, approved 20 s later',
  test_decline: 'by card, declined',
  cash: 'in cash',
  wallet: 'from the wallet',
  test_refuse_capture: 'by card; the capture is refused and the shopper pays by the bank',
  test_refuse_refund: 'by card; refunds are refused and paid by the bank',
  test_dispute_won: 'by card; disputed after the capture, and won',
  test_dispute_lost: 'by card; disputed after the capture, and lost',
} as const;
type Method = keyof typeof METHODS;
const COMMON: readonly Method[] = ['test_approve', 'test_late', 'cash', 'wallet'];
const TROUBLED: readonly Method[] = [
  'test_refuse_capture',
  'test_refuse_refund',
  'test_dispute_won',
  'test_dispute_lost',
];

const SITUATIONS: readonly (Situation & { readonly method: Method })[] = [
  ...situations('pending_payment', ['test_late', 'test_decline'], [false]),
  ...(['placed', 'accepted', 'ready', 'picked_up', 'cancelled'] as const).flatMap((stage) =>
    situations(stage, COMMON, [false]),
  ),
  ...(['delivered', 'partly_refunded', 'refunded'] as const).flatMap((stage) =>
    situations(stage, COMMON, [false, true]),
  ),
  ...situations('delivered', TROUBLED, [false]),
];

function situations(stage: Stage, methods: readonly Method[], paidOut: readonly boolean[]) {
  return methods.flatMap((method) => paidOut.map((isPaidOut) => ({ stage, method, isPaidOut })));
}

/** Where money only passes through: empty when all is settled. */
const PASSED_THROUGH = /^(shoppers:receivable|payments:refunds-due|payouts:in-transit|courier:.*:float)$/;
/** What nobody keeps of an order that is refunded whole. */
const EARNED = /^(platform:(commission|.*-fees)|tax:.*:payable|tips:unassigned)$/;

/** Markets in which situations are acted out side by side. */
const MARKETS = 4;

/** What one situation comes to. */
interface Told {
  readonly title: string;
  readonly body: readonly string[];
  readonly done: number;
  readonly refused: number;
}

test('who cancels or refunds when, and what is posted, is as the table says, which a person can check by hand', async () => {
  const told: Told[] = [];
  const waiting = SITUATIONS.entries();
  await Promise.all(
    Array.from({ length: MARKETS }, async () => {
      const open = await createMoneyMarket(db);
      for (const [index, situation] of waiting) told[index] = await actOut(situation, open);
    }),
  );
  const text = tellAll(told);
  if (process.env['HALFHOUR_TEST_WRITE_EXAMPLES'] === 'yes') writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, 'utf8'));
});

/** Everybody tries everything; what is done is done to an order of its own, and what is refused changes nothing. */
async function actOut(situation: (typeof SITUATIONS)[number], open: OpenWorld): Promise<Told> {
  const { words, deeds } = STAGES[situation.stage];
  const paidOut = situation.isPaidOut ? '; merchant and courier were paid out' : '';
  const title = `The order ${words}, paid ${METHODS[situation.method]}${paidOut}`;
  let world = await open(situation);
  const until = await world.posted();
  const body = until.length === 0 ? [] : block('Until then', tellPostings(createTeller(world.names), until));
  let [done, refused] = [0, 0];
  for (const deed of deeds) {
    /** Who does it, by what it comes to. */
    const outcomes = new Map<string, Party[]>();
    for (const by of DEEDS[deed].by) {
      const about = `${title}: ${DEEDS[deed].words}, ${by}`;
      const before = await world.posted();
      const outcome = await world.act(deed, by);
      if (outcome.ok) {
        await world.settle();
        add(outcomes, (await tell(world, before.length, about)).join('\n'), by);
        world = await open(situation);
        done += 1;
      } else {
        assert.deepEqual(await world.posted(), before, `${about} is refused and posts`);
        const { code, detail = '' } = outcome.error;
        add(outcomes, `Refused, \`${code}\`${code === 'forbidden' ? '.' : `: ${detail}`}`, by);
        refused += 1;
      }
    }
    for (const [text, parties] of outcomes) {
      const who = parties.map((party) => PARTIES[party]).join(', ');
      body.push(`**${capital(DEEDS[deed].words)}** by ${who}. ${text}`, '');
    }
  }
  return { title, body, done, refused };
}

/** What the deed posted, and what the order leaves on all accounts. */
async function tell(world: MoneyWorld, from: number, about: string): Promise<string[]> {
  const posted = await world.posted();
  const { order, payment } = await world.outcome();
  const balances = balancesOf(posted);
  for (const [account, amountMinor] of balances) {
    if (PASSED_THROUGH.test(account) || (order === 'refunded' && EARNED.test(account))) {
      assert.equal(amountMinor, 0, `${about}: ${account}`);
    }
  }
  const after = `The order is ${order}, its payment ${payment}.`;
  if (posted.length === 0) return [`${after} Nothing is posted.`];
  const teller = createTeller(world.names);
  const before = posted.slice(0, from).flatMap((each) => teller.transaction(each));
  const all = [...before, ...tellPostings(teller, posted.slice(from))].slice(before.length);
  return [...block(after, [...all, 'what the order leaves', ...teller.balances(balances)])].slice(0, -1);
}

function tellPostings(teller: Teller, posted: readonly PostedTransaction[]): string[] {
  if (posted.length === 0) return ['nothing more is posted'];
  return posted.flatMap((each) => teller.transaction(each));
}

function balancesOf(posted: readonly PostedTransaction[]): Map<string, number> {
  const balances = new Map<string, number>();
  for (const { kind, postings } of posted) {
    const sum = postings.reduce((total, { amountMinor }) => total + amountMinor, 0);
    assert.equal(sum, 0, `${kind} balances`);
    for (const { account, amountMinor } of postings) {
      balances.set(account, (balances.get(account) ?? 0) + amountMinor);
    }
  }
  return balances;
}

/** Situations that come to the same are told once. */
function tellAll(told: readonly Told[]): string {
  const bodies = new Map<string, string[]>();
  for (const { title, body } of told) add(bodies, body.join('\n'), title);
  const count = (of: 'done' | 'refused'): number => told.reduce((sum, each) => sum + each[of], 0);
  const [done, refused] = [count('done'), count('refused')];
  const sections = [...bodies].map(
    ([body, titles]) => `## ${titles[0]}\n\n${titles.slice(1).map(alike).join('')}${body}`,
  );
  return `${head(done, refused)}\n${sections.join('\n')}`.trimEnd() + '\n';
}

const alike = (title: string): string => `And the same: ${title[0]!.toLowerCase()}${title.slice(1)}.\n\n`;

function head(done: number, refused: number): string {
  return `# Who cancels or refunds when, and what is posted

Written by \`money-scenarios.pg.test.ts\`, which acts it all out and compares: ${done + refused} scenarios, of which ${done} are
done and ${refused} refused. An order of two dishes at 10.00 with 22 % tax contained, 20 % commission, delivery 3.00, service
fee 4 %, tip 0.50: 24.30 pesos. The store is \`la-pasiva\`, the courier \`ana\`, the shopper \`sofia\`. Amounts are in pesos (UYU);
Dr is debit, Cr credit. Above 20.00 a second person agrees to a refund. Cash is brought in before anybody acts, and paid back
by the bank.

What is refused posts nothing, and the test holds that of each. It also holds that each transaction balances, that
\`shoppers:receivable\`, \`payments:refunds-due\`, \`payouts:in-transit\` and the courier's float are empty when all is settled, and
that of an order refunded whole nobody keeps fees, commission or tax. The tip stays with the courier, so its refund is
\`platform:refunds\`. A merchant that was paid out owes what is refunded: a debit on \`merchant:la-pasiva:payable\`, carried into
the next settlement. What the provider pays out to the bank is no part of it, so clearing keeps what was captured.

Two things to know when reading it:

- **What a shopper has got back by a dispute, or may still get, is not refunded as well**; goodwill into the wallet is. The last
  section shows it.
- **An order cancelled after pickup is the platform's loss**: the shopper pays nothing, and the merchant has what a sale would have
  brought. The courier is paid for the route, whatever becomes of its orders.
`;
}

function block(title: string, lines: readonly string[]): string[] {
  return [`${title}${title.endsWith('.') ? '' : ':'}`, '', '```text', ...lines, '```', ''];
}

function add<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function capital(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}`;
}
