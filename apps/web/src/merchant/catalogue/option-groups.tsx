import type { OptionGroup } from '@halfhour/contract';
import { Button, Checkbox, NumberInput, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useFormat } from '../../ui/market-format.tsx';
import { text } from '../../text/index.ts';
import { IconButton } from '../../ui/button.tsx';

/** What shoppers choose of an article: groups with their options, each with what it costs more. */
export function OptionGroups(props: { groups: OptionGroup[]; onChange: (groups: OptionGroup[]) => void }) {
  const { groups, onChange } = props;
  const { currency, currencyDigits } = useFormat();
  const t = text.merchant.catalogue;
  const minorInMajor = 10 ** currencyDigits;
  const set = (index: number, change: Partial<OptionGroup>): void =>
    onChange(groups.map((group, at) => (at === index ? { ...group, ...change } : group)));
  const free = (taken: readonly { readonly id: string }[], prefix: string): string => {
    let n = taken.length + 1;
    while (taken.some(({ id }) => id === `${prefix}${n}`)) n += 1;
    return `${prefix}${n}`;
  };
  return (
    <div className="space-y-3">
      {groups.map((group, index) => (
        <fieldset key={group.id} className="space-y-2 rounded-lg border border-line p-3">
          <legend className="px-1 font-medium">{t.group(index + 1)}</legend>
          <div className="flex items-end gap-2">
            <TextInput
              className="flex-1"
              label={t.groupName}
              required
              maxLength={120}
              value={group.names.en}
              onChange={(event) => set(index, { names: { en: event.currentTarget.value } })}
            />
            <IconButton
              label={t.removeGroup(index + 1)}
              onClick={() => onChange(groups.filter((_, at) => at !== index))}
            >
              <X aria-hidden className="size-4" />
            </IconButton>
          </div>
          <div className="flex flex-wrap items-center gap-4">
            <Checkbox
              label={t.mustChoose}
              checked={group.minChoices > 0}
              onChange={(event) => set(index, { minChoices: event.currentTarget.checked ? 1 : 0 })}
            />
            <Checkbox
              label={t.several}
              checked={group.maxChoices > 1}
              onChange={(event) =>
                set(index, { maxChoices: event.currentTarget.checked ? group.options.length : 1 })
              }
            />
          </div>
          {group.options.map((option, at) => {
            const change = (part: Partial<typeof option>): void =>
              set(index, {
                options: group.options.map((one, n) => (n === at ? { ...one, ...part } : one)),
              });
            return (
              <div key={option.id} className="flex items-end gap-2">
                <TextInput
                  className="flex-1"
                  label={t.option(at + 1)}
                  required
                  maxLength={120}
                  value={option.names.en}
                  onChange={(event) => change({ names: { en: event.currentTarget.value } })}
                />
                <NumberInput
                  label={t.extraIn(currency)}
                  w={110}
                  min={0}
                  decimalScale={currencyDigits}
                  hideControls
                  value={option.priceMinor / minorInMajor}
                  onChange={(value) => change({ priceMinor: Math.round(Number(value) * minorInMajor) || 0 })}
                />
                <IconButton
                  label={t.removeOption(at + 1)}
                  disabled={group.options.length === 1}
                  onClick={() => {
                    const options = group.options.filter((_, n) => n !== at);
                    set(index, { options, maxChoices: group.maxChoices > 1 ? options.length : 1 });
                  }}
                >
                  <X aria-hidden className="size-4" />
                </IconButton>
              </div>
            );
          })}
          <Button
            variant="default"
            size="xs"
            disabled={group.options.length >= 20}
            leftSection={<Plus aria-hidden className="size-4" />}
            onClick={() => {
              const option = { id: free(group.options, 'o'), names: { en: '' }, priceMinor: 0 };
              const options = [...group.options, option];
              set(index, { options, maxChoices: group.maxChoices > 1 ? options.length : 1 });
            }}
          >
            {t.addOption}
          </Button>
        </fieldset>
      ))}
      <Button
        variant="default"
        disabled={groups.length >= 20}
        leftSection={<Plus aria-hidden className="size-4" />}
        onClick={() =>
          onChange([
            ...groups,
            {
              id: free(groups, 'g'),
              names: { en: '' },
              minChoices: 1,
              maxChoices: 1,
              options: [{ id: 'o1', names: { en: '' }, priceMinor: 0 }],
            },
          ])
        }
      >
        {t.addGroup}
      </Button>
    </div>
  );
}
