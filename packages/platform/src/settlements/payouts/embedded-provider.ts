import type { PayoutAnswer, PayoutOrder, PayoutProvider } from './payout-provider.ts';

/**
 * A provider for development and sandboxes: no money moves. The last four digits of the account say how it behaves:
 * `0002` is refused by the bank, `0003` is paid when asked again, `0004` is refused when asked again; all others are
 * paid at once. It answers the same for the same account, so it remembers nothing and can be asked twice.
 */
export function createEmbeddedPayoutProvider(): PayoutProvider {
  const refused: PayoutAnswer = { state: 'failed', reason: 'The bank does not know this account.' };
  return {
    pay: (order) => {
      const last = lastFour(order);
      if (last === '0002') return Promise.resolve(refused);
      return Promise.resolve({ state: last === '0003' || last === '0004' ? 'pending' : 'paid' });
    },
    ask: (order) => Promise.resolve(lastFour(order) === '0004' ? refused : { state: 'paid' }),
  };
}

function lastFour({ to }: PayoutOrder): string {
  return ('iban' in to ? to.iban : to.accountNumber).slice(-4);
}
