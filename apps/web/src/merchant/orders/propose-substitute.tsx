import type { Offer, Order, PricedLine } from '@halfhour/contract';
import { Button, Group, Modal, NumberInput, Select, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Fetched } from '../../ui/work/fetched.tsx';
import { useFormat } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import { isSoldOut, useOffers } from '../catalogue/use-offers.ts';
import { CommandFailure } from './command-failure.tsx';
import { nameOf } from './order-words.ts';
import { useOrderCommand } from './use-order-command.ts';

interface Proposal {
  readonly order: Order;
  readonly line: PricedLine;
  readonly index: number;
  readonly onClose: () => void;
}

/** Chooses what the store has instead; those of the same shelf come first. */
export function ProposeSubstitute(props: Proposal) {
  const offers = useOffers();
  const t = text.merchant.orders;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={<strong className="text-lg font-semibold">{t.proposeTitle(nameOf(props.line.names))}</strong>}
      closeButtonProps={{ 'aria-label': text.close }}
    >
      <Fetched query={offers}>{(all) => <Form {...props} offers={all} />}</Fetched>
    </Modal>
  );
}

function Form({ order, line, index, onClose, offers }: Proposal & { offers: readonly Offer[] }) {
  const format = useFormat();
  const t = text.merchant.orders;
  const [chosen, setChosen] = useState<string | null>(null);
  const [quantity, setQuantity] = useState(line.quantity);
  const [options, setOptions] = useState<Readonly<Record<string, string>>>({});
  const command = useOrderCommand(order.id, onClose);
  const offer = offers.find(({ id }) => id === chosen);
  const choices = useMemo(
    () =>
      offers
        .filter((one) => one.id !== line.offerId && !isSoldOut(one))
        .toSorted(
          (a, b) =>
            Number(b.category === line.category) - Number(a.category === line.category) ||
            Math.abs(a.priceMinor - line.unitPriceMinor) - Math.abs(b.priceMinor - line.unitPriceMinor),
        )
        .map((one) => ({ value: one.id, label: `${nameOf(one.names)} · ${format.money(one.priceMinor)}` })),
    [offers, line, format],
  );
  // Groups that need a choice; what is optional is left out of a substitute.
  const needed = offer?.optionGroups.filter(({ minChoices }) => minChoices > 0) ?? [];
  const complete = offer !== undefined && needed.every(({ id }) => options[id] !== undefined);
  return (
    <Stack>
      <p className="text-ink-2">{line.substitutions === 'allow' ? t.proposeAllowed : t.proposeAsk}</p>
      <Select
        label={t.instead}
        searchable
        limit={50}
        data={choices}
        value={chosen}
        onChange={(value) => {
          setChosen(value);
          setOptions({});
        }}
        nothingFoundMessage={text.noneMatch}
        data-testid="substitute"
      />
      {needed.map((group) => (
        <Select
          key={group.id}
          label={nameOf(group.names)}
          data={group.options.map((option) => ({
            value: option.id,
            label:
              option.priceMinor === 0
                ? nameOf(option.names)
                : `${nameOf(option.names)} · +${format.money(option.priceMinor)}`,
          }))}
          value={options[group.id] ?? null}
          onChange={(value) => value !== null && setOptions((before) => ({ ...before, [group.id]: value }))}
        />
      ))}
      <NumberInput
        label={t.quantity}
        min={1}
        max={99}
        allowDecimal={false}
        value={quantity}
        onChange={(value) => setQuantity(Math.max(1, Number(value) || 1))}
      />
      <CommandFailure error={command.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {text.finance.notNow}
        </Button>
        <Button
          disabled={!complete}
          loading={command.isPending}
          data-testid="propose-confirm"
          onClick={() =>
            offer !== undefined &&
            command.mutate({
              name: 'substituteLine',
              body: {
                line: index,
                offerId: line.offerId,
                substitute: {
                  offerId: offer.id,
                  quantity,
                  options: needed.map(({ id }) => ({ groupId: id, optionId: options[id]! })),
                },
              },
            })
          }
        >
          {t.proposeConfirm}
        </Button>
      </Group>
    </Stack>
  );
}
