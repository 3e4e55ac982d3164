import type { TariffTerms } from '@halfhour/contract';
import { Checkbox, NativeSelect, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { text } from '../../../text/index.ts';
import { KilogramsField, KilometresField, MoneyField, PercentField } from './number-fields.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { BLANK, type When } from './terms.ts';
import { WhenEditor } from './when-editor.tsx';

/** All that a market charges, as a form. */
export function TermsForm({
  terms,
  onChange,
}: {
  terms: TariffTerms;
  onChange: (terms: TariffTerms) => void;
}) {
  const t = text.tariffs;
  const change = (patch: Partial<TariffTerms>): void => onChange({ ...terms, ...patch });
  const areas = terms.areas.map(({ name }) => name);
  const conditions = (
    rule: { when?: When | undefined },
    set: (patch: { when: When | undefined }) => void,
    withCategories = false,
  ): ReactNode => (
    <WhenEditor
      when={rule.when}
      onChange={(when) => set({ when })}
      areas={areas}
      withCategories={withCategories}
    />
  );
  return (
    <div className="space-y-4">
      <RulesEditor
        title={t.rules.commission.title}
        hint={t.rules.commission.hint}
        rules={terms.commission}
        blank={BLANK.commission}
        onChange={(commission) => change({ commission })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set, true)}
            <Row>
              <PercentField
                label={t.ofItems}
                value={rule.rateBp}
                onChange={(rateBp = 0) => set({ rateBp })}
              />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.serviceFee.title}
        hint={t.rules.serviceFee.hint}
        rules={terms.serviceFee}
        blank={BLANK.serviceFee}
        onChange={(serviceFee) => change({ serviceFee })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set)}
            <Row>
              <NativeSelect
                label={t.payer}
                value={rule.payer}
                onChange={({ currentTarget: { value } }) =>
                  set({ payer: value === 'shopper' ? 'shopper' : 'merchant' })
                }
                data={[
                  { value: 'merchant', label: t.parties.merchant },
                  { value: 'shopper', label: t.parties.shopper },
                ]}
              />
              <PercentField
                label={t.ofItems}
                value={rule.rateBp}
                onChange={(rateBp = 0) => set({ rateBp })}
              />
              <MoneyField
                optional
                label={t.atLeast}
                value={rule.minMinor}
                onChange={(minMinor) => set({ minMinor })}
              />
              <MoneyField
                optional
                label={t.atMost}
                value={rule.maxMinor}
                onChange={(maxMinor) => set({ maxMinor })}
              />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.deliveryFee.title}
        hint={t.rules.deliveryFee.hint}
        rules={terms.deliveryFee}
        blank={BLANK.deliveryFee}
        onChange={(deliveryFee) => change({ deliveryFee })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set)}
            <Row>
              <MoneyField
                label={t.base}
                value={rule.baseMinor}
                onChange={(baseMinor = 0) => set({ baseMinor })}
              />
              <KilometresField
                label={t.includedKm}
                value={rule.includedMetres}
                onChange={(includedMetres = 0) => set({ includedMetres })}
              />
              <MoneyField
                label={t.perKm}
                value={rule.perKmMinor}
                onChange={(perKmMinor = 0) => set({ perKmMinor })}
              />
              <KilogramsField
                optional
                label={t.includedKg}
                value={rule.includedGrams}
                onChange={(includedGrams) => set({ includedGrams })}
              />
              <MoneyField
                optional
                label={t.perKg}
                value={rule.perKgMinor}
                onChange={(perKgMinor) => set({ perKgMinor })}
              />
              <MoneyField
                optional
                label={t.atMost}
                value={rule.maxMinor}
                onChange={(maxMinor) => set({ maxMinor })}
              />
              <Recipient to={rule.to} onChange={(to) => set({ to })} />
              <Checkbox
                mb={8}
                label={t.surges}
                checked={rule.surges}
                onChange={({ currentTarget: { checked } }) => set({ surges: checked })}
              />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.smallOrderFee.title}
        hint={t.rules.smallOrderFee.hint}
        rules={terms.smallOrderFee}
        blank={BLANK.smallOrderFee}
        onChange={(smallOrderFee) => change({ smallOrderFee })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set)}
            <Row>
              <MoneyField
                label={t.below}
                value={rule.belowMinor}
                onChange={(belowMinor = 0) => set({ belowMinor })}
              />
              <MoneyField
                label={t.fee}
                value={rule.feeMinor}
                onChange={(feeMinor = 0) => set({ feeMinor })}
              />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.packaging.title}
        hint={t.rules.packaging.hint}
        rules={terms.packaging}
        blank={BLANK.packaging}
        onChange={(packaging) => change({ packaging })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set)}
            <Row>
              <MoneyField
                label={t.perOrder}
                value={rule.perOrderMinor}
                onChange={(perOrderMinor = 0) => set({ perOrderMinor })}
              />
              <MoneyField
                label={t.perItem}
                value={rule.perItemMinor}
                onChange={(perItemMinor = 0) => set({ perItemMinor })}
              />
              <Recipient to={rule.to} onChange={(to) => set({ to })} />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.serviceCharge.title}
        hint={t.rules.serviceCharge.hint}
        rules={terms.serviceCharge}
        blank={BLANK.serviceCharge}
        onChange={(serviceCharge) => change({ serviceCharge })}
      >
        {(rule, set) => (
          <>
            {conditions(rule, set)}
            <Row>
              <PercentField
                label={t.ofItems}
                value={rule.rateBp}
                onChange={(rateBp = 0) => set({ rateBp })}
              />
            </Row>
          </>
        )}
      </RulesEditor>
      <RulesEditor
        title={t.rules.taxes.title}
        hint={t.rules.taxes.hint}
        rules={terms.taxes}
        blank={BLANK.taxes}
        onChange={(taxes) => change({ taxes })}
      >
        {(rule, set) => (
          <Row>
            <TagsInput
              w={240}
              label={t.classes}
              placeholder={t.when.anyOne}
              value={rule.when?.classes ?? []}
              onChange={(classes) =>
                set({ when: { ...rule.when, classes: classes.length === 0 ? undefined : classes } })
              }
            />
            <PercentField label={t.rate} value={rule.rateBp} onChange={(rateBp = 0) => set({ rateBp })} />
            <TextInput
              w={150}
              label={t.authority}
              value={rule.authority}
              onChange={({ currentTarget: { value } }) => set({ authority: value })}
            />
            <NativeSelect
              label={t.owedBy}
              value={rule.owedBy}
              onChange={({ currentTarget: { value } }) =>
                set({ owedBy: value === 'seller' ? 'seller' : 'marketplace' })
              }
              data={[
                { value: 'marketplace', label: t.owers.marketplace },
                { value: 'seller', label: t.owers.seller },
              ]}
            />
          </Row>
        )}
      </RulesEditor>
      <fieldset className="rounded-lg border border-line p-4">
        <legend className="px-1 font-semibold">{t.general}</legend>
        <Row>
          <div>
            <p id="shopper-tax" className="pb-1 text-sm font-medium">
              {t.shopperTax}
            </p>
            <SegmentedControl
              aria-labelledby="shopper-tax"
              value={terms.shopperTax}
              onChange={(value) => change({ shopperTax: value === 'added' ? 'added' : 'contained' })}
              data={[
                { value: 'contained', label: t.contained },
                { value: 'added', label: t.added },
              ]}
            />
          </div>
          <MoneyField
            label={t.feeStep}
            value={terms.feeStepMinor}
            onChange={(step = 1) => change({ feeStepMinor: Math.max(1, step) })}
          />
          <MoneyField
            label={t.cashStep}
            value={terms.cashStepMinor}
            onChange={(step = 1) => change({ cashStepMinor: Math.max(1, step) })}
          />
        </Row>
        {areas.length > 0 && <p className="pt-3 text-ink-2">{t.areasKept(areas.join(', '))}</p>}
      </fieldset>
    </div>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-end gap-3">{children}</div>;
}

function Recipient(props: { to: 'platform' | 'merchant'; onChange: (to: 'platform' | 'merchant') => void }) {
  const t = text.tariffs;
  return (
    <NativeSelect
      label={t.recipient}
      value={props.to}
      onChange={({ currentTarget: { value } }) =>
        props.onChange(value === 'merchant' ? 'merchant' : 'platform')
      }
      data={[
        { value: 'platform', label: t.parties.platform },
        { value: 'merchant', label: t.parties.merchant },
      ]}
    />
  );
}
