import type { Amounts, Charge } from '@halfhour/contract';
import type { ReactNode } from 'react';
import { text } from '../text/index.ts';
import { useShop } from './shop-context.tsx';

const FEES = [
  'deposit',
  'service_charge',
  'packaging',
  'small_order_fee',
  'delivery_fee',
  'service_fee',
  'tip',
  'cash_rounding',
] as const;

/** What an order costs and for what: the charges add up to the total. */
export function Charges({ amounts, charges }: { amounts: Amounts; charges: readonly Charge[] | undefined }) {
  const { format } = useShop();
  const own = charges?.filter(({ payer }) => payer === 'shopper') ?? [];
  const fees: readonly (readonly [string, number])[] =
    charges === undefined
      ? [
          [text.shop.charges.delivery_fee, amounts.deliveryFeeMinor],
          [text.shop.charges.service_fee, amounts.serviceFeeMinor],
          [text.shop.charges.tip, amounts.tipMinor],
          [text.shop.charges.other, amounts.otherMinor ?? 0],
        ]
      : FEES.map((kind) => [
          text.shop.charges[kind],
          own.filter((charge) => charge.kind === kind).reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        ]);
  const added = own
    .filter(({ kind, tax }) => kind === 'item' && tax?.how === 'added')
    .reduce((sum, { taxMinor }) => sum + taxMinor, 0);
  return (
    <div className="space-y-2" data-testid="charges">
      <dl className="space-y-2">
        <Row name={text.shop.charges.items}>{format.money(amounts.itemsMinor)}</Row>
        {added > 0 && <Row name={text.shop.charges.tax}>{format.money(added)}</Row>}
        {fees
          .filter(([, amount]) => amount !== 0)
          .map(([name, amount]) => (
            <Row key={name} name={name}>
              {format.money(amount)}
            </Row>
          ))}
        <div className="flex justify-between gap-4 border-t border-line pt-2 text-base font-semibold">
          <dt>{text.shop.charges.total}</dt>
          <dd className="tabular-nums" data-testid="total">
            {format.money(amounts.totalMinor)}
          </dd>
        </div>
      </dl>
      {added === 0 && amounts.taxMinor > 0 && (
        <p className="text-sm text-ink-2">{text.shop.charges.contained(format.money(amounts.taxMinor))}</p>
      )}
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}
