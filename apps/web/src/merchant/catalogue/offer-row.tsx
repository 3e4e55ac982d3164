import type { Offer } from '@halfhour/contract';
import { Button, NumberInput, Popover, Switch, Table } from '@mantine/core';
import { useState } from 'react';
import { useFormat } from '../../ui/market-format.tsx';
import { Failure } from '../../ui/work/failure.tsx';
import { text } from '../../text/index.ts';
import { nameOf } from '../orders/order-words.ts';
import { useSetStock, useUpdateOffer } from './use-offers.ts';

/** An offer with what can be changed of it. A change is sent when the field is left, or by Enter. */
export function OfferRow({ offer }: { offer: Offer }) {
  const t = text.merchant.catalogue;
  const update = useUpdateOffer(offer.id);
  const name = nameOf(offer.names);
  return (
    <Table.Tr data-testid="offer" data-id={offer.id}>
      <Table.Td>
        <span className="font-medium">{name}</span>
        {offer.optionGroups.length > 0 && (
          <span className="block text-xs text-ink-2">
            {offer.optionGroups.map((group) => nameOf(group.names)).join(', ')}
          </span>
        )}
        {offer.gtin !== undefined && <span className="block text-xs text-ink-2">{offer.gtin}</span>}
        <Failure error={update.error} />
      </Table.Td>
      <Table.Td>{offer.category}</Table.Td>
      <Table.Td>
        {/* Anew when the price has changed elsewhere. */}
        <Price
          key={offer.priceMinor}
          offer={offer}
          label={t.priceOf(name)}
          save={(priceMinor) => update.mutate({ priceMinor })}
          saving={update.isPending}
        />
      </Table.Td>
      <Table.Td>{offer.inStock === undefined ? t.notCounted : <Stock offer={offer} name={name} />}</Table.Td>
      <Table.Td>
        <Switch
          aria-label={t.availableOf(name)}
          checked={offer.available}
          disabled={update.isPending}
          onChange={(event) => update.mutate({ available: event.currentTarget.checked })}
        />
      </Table.Td>
    </Table.Tr>
  );
}

function Price(props: { offer: Offer; label: string; save: (priceMinor: number) => void; saving: boolean }) {
  const { offer, label, save, saving } = props;
  const { currencyDigits } = useFormat();
  const shown = offer.priceMinor / 10 ** currencyDigits;
  const [value, setValue] = useState<string | number>(shown);
  const send = (): void => {
    const priceMinor = Math.round(Number(value) * 10 ** currencyDigits);
    if (value === '' || !Number.isFinite(priceMinor)) setValue(shown);
    else if (priceMinor !== offer.priceMinor) save(priceMinor);
  };
  return (
    <NumberInput
      aria-label={label}
      w={120}
      min={0}
      max={1_000_000_000 / 10 ** currencyDigits}
      decimalScale={currencyDigits}
      fixedDecimalScale
      hideControls
      disabled={saving}
      value={value}
      onChange={setValue}
      onBlur={send}
      onKeyDown={(event) => event.key === 'Enter' && send()}
    />
  );
}

/** What can be sold, and a way to count: what is counted holds what is kept for open orders too. */
function Stock({ offer, name }: { offer: Offer; name: string }) {
  const format = useFormat();
  const t = text.merchant.catalogue;
  const [opened, setOpened] = useState(false);
  const [value, setValue] = useState<string | number>('');
  const stock = useSetStock(offer);
  const send = (): void => {
    if (value === '') return;
    stock.mutate(Number(value), {
      onSuccess: () => {
        setOpened(false);
        setValue('');
      },
    });
  };
  return (
    <Popover opened={opened} onChange={setOpened} withArrow trapFocus position="bottom-start" width={280}>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          aria-label={t.count(name, format.number(offer.inStock ?? 0))}
          onClick={() => setOpened((before) => !before)}
        >
          {format.number(offer.inStock ?? 0)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className="space-y-3"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <NumberInput
            label={t.onHand}
            description={t.onHandHint}
            min={0}
            max={10_000_000}
            allowDecimal={false}
            value={value}
            onChange={setValue}
            data-autofocus
          />
          <Failure error={stock.error} />
          <Button type="submit" fullWidth loading={stock.isPending} disabled={value === ''}>
            {t.save}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
