import { text } from '../text/index.ts';
import { useShop } from './shop-context.tsx';
import { usePaymentOptions, useShopper, useWallet } from './use-shop-data.ts';

/** A way to pay as it is offered: `id` is what `placeOrder` takes. */
export interface PaymentChoice {
  readonly id: string;
  readonly name: string;
  readonly hint?: string;
  /** Why it cannot be taken for this total. */
  readonly refused?: string;
}

/** The embedded provider moves no money; its methods say how a bank would answer. */
const TEST_CARDS = ['test_approve', 'test_challenge', 'test_decline', 'test_late'] as const;

/** The ways to pay for a total that the market offers; undefined until that is known. */
export function usePaymentChoices(totalMinor: number | undefined): readonly PaymentChoice[] | undefined {
  const { format } = useShop();
  const options = usePaymentOptions();
  const wallet = useWallet(useShopper());
  return options.data?.flatMap((option): readonly PaymentChoice[] => {
    switch (option.kind) {
      case 'card':
        // A form for cards of a real provider is the provider's own, and not here yet.
        return option.provider === 'test'
          ? TEST_CARDS.map((id) => ({ id, name: text.shop.pay.test[id], hint: text.shop.pay.testHint[id] }))
          : [];
      case 'cash':
        return [
          {
            id: 'cash',
            name: text.shop.pay.cash,
            hint: text.shop.pay.cashHint,
            ...(totalMinor !== undefined &&
              totalMinor > option.orderLimitMinor && {
                refused: text.shop.pay.cashLimit(format.money(option.orderLimitMinor)),
              }),
          },
        ];
      case 'wallet': {
        const available = wallet.data?.availableMinor ?? 0;
        if (available === 0) return [];
        return [
          {
            id: 'wallet',
            name: text.shop.pay.wallet,
            hint: text.shop.pay.walletHint(format.money(available)),
            ...(totalMinor !== undefined && totalMinor > available && { refused: text.shop.pay.walletShort }),
          },
        ];
      }
    }
  });
}
