import type { BasketLine, Offer, OptionGroup } from '@halfhour/contract';

/** The chosen options of an article, by group. */
export type Choices = Readonly<Record<string, readonly string[]>>;

/** What an article begins with: where exactly one must be chosen, the first that costs nothing more. */
export function firstChoices(groups: readonly OptionGroup[]): Choices {
  return Object.fromEntries(
    groups.flatMap((group) => {
      if (group.minChoices !== 1 || group.maxChoices !== 1) return [];
      const free = group.options.find(({ priceMinor }) => priceMinor === 0) ?? group.options[0]!;
      return [[group.id, [free.id]]];
    }),
  );
}

/** Chooses an option or takes it back; where one alone may be chosen it takes the place of the other. */
export function choose(choices: Choices, group: OptionGroup, optionId: string): Choices {
  const chosen = choices[group.id] ?? [];
  if (group.maxChoices === 1 && group.minChoices === 1) return { ...choices, [group.id]: [optionId] };
  if (chosen.includes(optionId)) {
    return { ...choices, [group.id]: chosen.filter((id) => id !== optionId) };
  }
  if (group.maxChoices === 1) return { ...choices, [group.id]: [optionId] };
  if (chosen.length >= group.maxChoices) return choices;
  return { ...choices, [group.id]: [...chosen, optionId] };
}

/** The first group of which more must be chosen; undefined where the article can be ordered. */
export function missingGroup(choices: Choices, groups: readonly OptionGroup[]): OptionGroup | undefined {
  return groups.find((group) => (choices[group.id]?.length ?? 0) < group.minChoices);
}

/** What is chosen, in the order in which the article offers it. */
export function chosenOptions(
  { optionGroups }: Pick<Offer, 'optionGroups'>,
  choices: Choices,
): {
  readonly options: BasketLine['options'];
  readonly names: Offer['names'][];
  readonly priceMinor: number;
} {
  const chosen = optionGroups.flatMap((group) =>
    group.options
      .filter(({ id }) => choices[group.id]?.includes(id))
      .map((option) => ({ groupId: group.id, option })),
  );
  return {
    options: chosen.map(({ groupId, option }) => ({ groupId, optionId: option.id })),
    names: chosen.map(({ option }) => option.names),
    priceMinor: chosen.reduce((sum, { option }) => sum + option.priceMinor, 0),
  };
}

/** Whether it can be ordered now. */
export function isSoldOut({ available, inStock }: Pick<Offer, 'available' | 'inStock'>): boolean {
  return !available || (inStock !== undefined && inStock < 1);
}
