import type { BodyOf, OptionGroup, RouteOf } from '@halfhour/contract';
import {
  Autocomplete,
  Button,
  Checkbox,
  Drawer,
  NumberInput,
  SegmentedControl,
  Stack,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { useFormat } from '../../ui/market-format.tsx';
import { Failure } from '../../ui/work/failure.tsx';
import { text } from '../../text/index.ts';
import { OptionGroups } from './option-groups.tsx';
import { useCreateOffer } from './use-offers.ts';

type Draft = BodyOf<RouteOf<'createOffer'>>;

/** A new article of the store, with its options. */
export function NewOffer(props: { opened: boolean; categories: string[]; onClose: () => void }) {
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      size="34rem"
      title={<span className="text-lg font-semibold">{text.merchant.catalogue.add}</span>}
      closeButtonProps={{ 'aria-label': text.close }}
    >
      <Form {...props} />
    </Drawer>
  );
}

function Form({ categories, onClose }: { categories: string[]; onClose: () => void }) {
  const { currency, currencyDigits } = useFormat();
  const t = text.merchant.catalogue;
  const [names, setNames] = useState({ en: '', es: '', zh: '' });
  const [category, setCategory] = useState('');
  const [gtin, setGtin] = useState('');
  const [taxClass, setTaxClass] = useState<Draft['taxClass']>('standard');
  const [price, setPrice] = useState<string | number>('');
  const [counts, setCounts] = useState(false);
  const [onHand, setOnHand] = useState<string | number>(0);
  const [optionGroups, setOptionGroups] = useState<OptionGroup[]>([]);
  const create = useCreateOffer(onClose);
  const wrongGtin = gtin !== '' && !/^(\d{8}|\d{12,14})$/.test(gtin);
  const optionsComplete = optionGroups.every(
    (group) => group.names.en !== '' && group.options.every((option) => option.names.en !== ''),
  );
  const complete =
    names.en.trim() !== '' && category.trim() !== '' && price !== '' && !wrongGtin && optionsComplete;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({
          names: {
            en: names.en.trim(),
            ...(names.es.trim() !== '' && { es: names.es.trim() }),
            ...(names.zh.trim() !== '' && { zh: names.zh.trim() }),
          },
          category: category.trim(),
          ...(gtin !== '' && { gtin }),
          taxClass,
          priceMinor: Math.round(Number(price) * 10 ** currencyDigits),
          optionGroups,
          ...(counts && { onHand: Number(onHand) || 0 }),
        });
      }}
    >
      <Stack>
        {(['en', 'es', 'zh'] as const).map((language) => (
          <TextInput
            key={language}
            label={t.nameIn[language]}
            required={language === 'en'}
            maxLength={120}
            value={names[language]}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setNames((before) => ({ ...before, [language]: value }));
            }}
          />
        ))}
        <Autocomplete
          label={t.category}
          required
          maxLength={80}
          data={categories}
          value={category}
          onChange={setCategory}
        />
        <NumberInput
          label={t.priceIn(currency)}
          required
          min={0}
          decimalScale={currencyDigits}
          hideControls
          value={price}
          onChange={setPrice}
        />
        <div className="space-y-1">
          <span className="font-medium" id="tax-class">
            {t.taxClass}
          </span>
          <SegmentedControl
            fullWidth
            aria-labelledby="tax-class"
            data={(['standard', 'reduced', 'exempt'] as const).map((value) => ({
              value,
              label: t.taxClasses[value],
            }))}
            value={taxClass}
            onChange={setTaxClass}
          />
        </div>
        <TextInput
          label={t.gtin}
          description={t.gtinHint}
          error={wrongGtin ? text.merchant.importing.errors.gtin : undefined}
          value={gtin}
          onChange={(event) => setGtin(event.currentTarget.value.trim())}
        />
        <Checkbox
          label={t.counts}
          checked={counts}
          onChange={(event) => setCounts(event.currentTarget.checked)}
        />
        {counts && (
          <NumberInput
            label={t.onHand}
            min={0}
            max={10_000_000}
            allowDecimal={false}
            value={onHand}
            onChange={setOnHand}
          />
        )}
        <OptionGroups groups={optionGroups} onChange={setOptionGroups} />
        <Failure error={create.error} />
        <Button type="submit" size="md" disabled={!complete} loading={create.isPending}>
          {t.addConfirm}
        </Button>
      </Stack>
    </form>
  );
}
