import type { Order, PricedLine } from '@halfhour/contract';
import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useFormat } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import { Tag } from '../../ui/tag.tsx';
import { useUpdateOffer } from '../catalogue/use-offers.ts';
import { CommandFailure } from './command-failure.tsx';
import { nameOf, optionsOf } from './order-words.ts';
import { ProposeSubstitute } from './propose-substitute.tsx';
import { useOrderCommand } from './use-order-command.ts';

/** A line of an order, and what the store can do where it does not have it. */
export function OrderLine({ order, line, index }: { order: Order; line: PricedLine; index: number }) {
  const format = useFormat();
  const t = text.merchant.orders;
  const [proposing, setProposing] = useState(false);
  const command = useOrderCommand(order.id);
  const soldOut = useUpdateOffer(line.offerId);
  const wish = line.substitutions ?? 'ask';
  const mayChange = order.state === 'placed' || order.state === 'accepted';
  const setQuantity = (quantity: number): void =>
    command.mutate({
      name: 'changeOrderLines',
      body: { quantities: [{ line: index, offerId: line.offerId, quantity }], add: [] },
    });
  return (
    <li className="space-y-2 p-3" data-testid="order-line">
      <div className="flex items-start gap-3">
        <span className="w-7 shrink-0 text-right font-semibold tabular-nums">{line.quantity}×</span>
        <div className="min-w-0 flex-1">
          <p className="font-medium">{nameOf(line.names)}</p>
          {line.options.length > 0 && <p className="text-ink-2">{optionsOf(line)}</p>}
          <p className="text-xs text-ink-2">{t.substitutions[wish]}</p>
        </div>
        <span className="tabular-nums">{format.money(line.totalMinor)}</span>
        {mayChange && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button variant="default" size="compact-sm" data-testid="line-actions">
                {t.missing}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {wish !== 'never' && <Menu.Item onClick={() => setProposing(true)}>{t.propose}</Menu.Item>}
              {line.quantity > 1 && (
                <Menu.Item onClick={() => setQuantity(line.quantity - 1)}>{t.oneLess}</Menu.Item>
              )}
              {order.lines.length > 1 && <Menu.Item onClick={() => setQuantity(0)}>{t.removeLine}</Menu.Item>}
              <Menu.Divider />
              <Menu.Item data-testid="line-sold-out" onClick={() => soldOut.mutate({ available: false })}>
                {t.soldOut}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {line.proposed !== undefined && (
        <p className="ml-10">
          <Tag tone="watch">{t.asked}</Tag> {t.proposed(line.proposed.quantity, nameOf(line.proposed.names))}
        </p>
      )}
      {soldOut.isSuccess && (
        <p role="status" className="ml-10 text-on-time" data-testid="is-sold-out">
          {t.isSoldOut}
        </p>
      )}
      <CommandFailure error={command.error ?? soldOut.error} />
      {proposing && (
        <ProposeSubstitute order={order} line={line} index={index} onClose={() => setProposing(false)} />
      )}
    </li>
  );
}
