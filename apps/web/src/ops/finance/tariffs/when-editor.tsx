import { Button, Chip, Group, MultiSelect, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { language, text } from '../../../text/index.ts';
import { useStoreNames } from '../ledger/use-ledger.ts';
import { cleaned, clockOf, minuteOf, type When } from './terms.ts';

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0];

/** The conditions of a rule: said in a line, and changed below it. */
export function WhenEditor(props: {
  when: When | undefined;
  onChange: (when: When | undefined) => void;
  /** Names of the tariff's areas. */
  areas: readonly string[];
  withCategories: boolean;
}) {
  const { when = {}, onChange, areas, withCategories } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const t = text.tariffs.when;
  const change = (patch: Partial<When>): void => onChange(cleaned({ ...when, ...patch }));
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">{summaryOf(props.when)}</span>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {open ? t.hide : t.change}
        </Button>
      </div>
      {open && (
        <div id={id} className="flex flex-wrap items-end gap-3 rounded-md bg-surface-2 p-3">
          <NativeSelect
            label={t.fulfilment}
            value={when.fulfilment ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ fulfilment: value === 'delivery' || value === 'pickup' ? value : undefined })
            }
            data={[
              { value: '', label: t.any },
              { value: 'delivery', label: t.delivery },
              { value: 'pickup', label: t.pickup },
            ]}
          />
          <Stores when={when} change={change} />
          {withCategories && (
            <TagsInput
              w={260}
              label={t.categories}
              placeholder={t.anyOne}
              value={when.categories ?? []}
              onChange={(categories) => change({ categories })}
            />
          )}
          {areas.length > 0 && (
            <MultiSelect
              w={220}
              label={t.areas}
              placeholder={t.anyOne}
              data={[...areas]}
              value={when.areas ?? []}
              onChange={(chosen) => change({ areas: chosen })}
            />
          )}
          <fieldset>
            <legend className="pb-1 text-sm font-medium">{t.weekdays}</legend>
            <Chip.Group
              multiple
              value={(when.weekdays ?? []).map(String)}
              onChange={(days) => change({ weekdays: days.map(Number) })}
            >
              <Group gap={4}>
                {WEEKDAYS.map((day) => (
                  <Chip key={day} value={String(day)} size="sm" radius="md">
                    {weekdayName(day)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </fieldset>
          <TextInput
            type="time"
            label={t.from}
            value={when.fromMinute === undefined ? '' : clockOf(when.fromMinute)}
            onChange={({ currentTarget: { value } }) => change({ fromMinute: minuteOf(value) })}
          />
          <TextInput
            type="time"
            label={t.until}
            value={when.untilMinute === undefined ? '' : clockOf(when.untilMinute % 1_440)}
            onChange={({ currentTarget: { value } }) => {
              const minute = minuteOf(value);
              change({ untilMinute: minute === 0 ? 1_440 : minute });
            }}
          />
        </div>
      )}
    </div>
  );
}

function Stores({ when, change }: { when: When; change: (patch: Partial<When>) => void }) {
  const names = useStoreNames();
  const known = [...(names.data ?? [])].map(([value, label]) => ({ value, label }));
  const unknown = (when.stores ?? []).filter((id) => names.data?.has(id) !== true);
  const t = text.tariffs.when;
  return (
    <MultiSelect
      w={300}
      label={t.stores}
      placeholder={t.anyOne}
      searchable
      limit={50}
      nothingFoundMessage={text.noneMatch}
      data={[...known, ...unknown.map((id) => ({ value: id, label: id }))]}
      value={when.stores ?? []}
      onChange={(stores) => change({ stores: stores as NonNullable<When['stores']> })}
    />
  );
}

function summaryOf(when: When | undefined): string {
  const t = text.tariffs.when;
  if (when === undefined) return t.always;
  const { fulfilment, stores, categories, areas, weekdays, fromMinute, untilMinute } = when;
  const parts = [
    fulfilment === undefined ? undefined : t[fulfilment],
    stores === undefined ? undefined : t.storeCount(stores.length),
    categories?.join(', '),
    areas?.join(', '),
    weekdays === undefined
      ? undefined
      : WEEKDAYS.filter((day) => weekdays.includes(day))
          .map(weekdayName)
          .join(' '),
    fromMinute === undefined && untilMinute === undefined
      ? undefined
      : `${clockOf(fromMinute ?? 0)}–${clockOf(untilMinute ?? 1_440)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** @param day 0 is Sunday */
function weekdayName(day: number): string {
  // 2023 began on a Sunday.
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2023, 0, 1 + day),
  );
}
